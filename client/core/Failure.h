// Bad news as a value: what kind, which code, and a sentence for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton {

/// An event's errorcat; the numbers are the protocol's.  [Omaha 3.1, event Objects (Ping-Back Request)]
enum class Category { None = 0, Download = 1, Unpack = 2, Install = 3, Service = 4, UpdateCheck = 5, Patch = 8 };

/// update_engine's numbers for an event's errorcode, which operators of CoreUpdate and Nebraska know.
namespace code {
constexpr int Unexplained = 1;
constexpr int CopyFailed = 4;      ///< "filesystem copier": what was downloaded cannot be made a release of
constexpr int CandidateFailed = 5; ///< "postinstall": the try-out, readiness or probation said no
constexpr int Transfer = 9;
constexpr int HashMismatch = 10;
constexpr int SizeMismatch = 11;
constexpr int VerificationFailed = 12;
constexpr int WriteFailed = 14;
constexpr int StatementInvalid = 23; ///< "manifest parse": the signed statement is none
constexpr int DeltaUnusable =
    28; ///< "operation execution": a delta could not be had or applied, and the full package is fetched
constexpr int EmptyAnswer = 30;
constexpr int XmlInvalid = 31;
constexpr int SignatureInvalid = 33; ///< "metadata signature": nobody who is believed has signed the statement
constexpr int AnswerInvalid = 34;
constexpr int IgnoredByPolicy = 35;
constexpr int DeferredByPolicy = 36;
constexpr int HttpError = 37;
constexpr int HashMissing = 38;      ///< a package has no SHA-256
constexpr int SignatureMissing = 39; ///< the release has no signed statement
constexpr int RolledBack = 44;
constexpr int HttpStatusBase = 2000; ///< plus the HTTP status
} // namespace code

/// An event's extracode1 where one errorcode stands for several ways to fail (CandidateFailed, RolledBack). The numbers
/// are Baton's own; docs/operating.md has their sentences.
enum class Way {
    Unsaid = 0,
    TryOut = 1,           ///< its try-out failed
    NotStarted = 2,       ///< it could not be executed
    EndedBeforeReady = 3, ///< it ended before it was ready
    NotReady = 4,         ///< it was not ready in time
    EndedOnProbation = 5, ///< it was ready, and ended on probation
    Unhealthy = 6,        ///< its health check said no
    NobodyAccepts = 7,    ///< nobody took from the accept queue any more
    HarmsListeners = 8,   ///< it made a listener useless for everybody
    CrashLoop = 9,        ///< it was committed, and died again and again
    TakenBack = 10        ///< a person took it back
};

/// What was tried, on what, and why it failed. Nothing branches on `detail`.
struct Failure {
    Category category = Category::None;
    int code = code::Unexplained; ///< one of baton::code; never 0, which a server reads as success
    std::string detail;

    friend bool operator==(const Failure&, const Failure&) = default;
};

} // namespace baton
