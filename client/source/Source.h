// Where releases are offered: what is asked, what is answered, and what is told afterwards, in nobody's protocol.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/core/Version.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace baton::source {

enum class Asker {
    Schedule, ///< in the background
    Person    ///< somebody waits for the answer
};

/// What a server wants to hear again with the next check, whoever keeps it in between.
struct Remembered {
    std::optional<std::string> cohort; ///< sent back as it came, also when it is empty
    std::optional<std::string> cohorthint;
    std::optional<std::string> cohortname;
    std::optional<std::int64_t> lastDay;    ///< the server's number of the day of the last answer
    std::optional<std::int64_t> installDay; ///< of the first answer, rounded down to a week
    std::string freshness;                  ///< random, new with each `lastDay`

    friend bool operator==(const Remembered&, const Remembered&) = default;
};

/// One more app, asked about in the same request: its packages go into the program's release.
struct OtherQuestion {
    std::string id;
    std::string version; ///< what the running release has of it
    Remembered remembered{};
};

struct Question {
    std::string version; ///< what runs
    std::string sessionId;
    Asker asker = Asker::Schedule;
    Remembered remembered{};
    std::vector<OtherQuestion> others{};
    std::string base{}; ///< SHA-256 of the package that a delta may start from; empty: none is wanted
};

/// The ways to write a patch that the stager knows. Which one it is, it sees by the first bytes.
inline constexpr std::array<std::string_view, 3> DeltaAlgorithms{"bsdiff-zstd", "bsdiff40", "zstd"};

constexpr bool isDeltaAlgorithm(std::string_view word)
{
    return std::find(DeltaAlgorithms.begin(), DeltaAlgorithms.end(), word) != DeltaAlgorithms.end();
}

/// A patch that makes the package of an older one.
struct OfferedDelta {
    std::string from; ///< SHA-256 of the older one
    std::int64_t sizeBytes = 0;
    std::string sha256;
    std::vector<std::string> urls;

    friend bool operator==(const OfferedDelta&, const OfferedDelta&) = default;
};

struct OfferedPackage {
    std::string name;
    std::int64_t sizeBytes = 0;
    std::string sha256; ///< 64 lower-case hex digits; empty only if it is not required, or a statement will say it
    std::vector<std::string> urls; ///< whole, in the order of preference; none only if it is not required
    bool required = true;          ///< part of the release: all are that can be had, and the first always
    std::vector<OfferedDelta> deltas{};

    friend bool operator==(const OfferedPackage&, const OfferedPackage&) = default;
};

struct NoUpdate {
    friend bool operator==(const NoUpdate&, const NoUpdate&) = default;
};

struct Offer {
    std::string version;
    std::vector<OfferedPackage> packages; ///< one at least
    int failuresPerUrl = 0;               ///< after which an address is left alone; 0: the server does not say
    std::string pipelineId{};             ///< JSON 4.0's: said again in each event that follows; may be empty
    std::string statement{};              ///< the publisher's, if the answer brought it along; else empty

    friend bool operator==(const Offer&, const Offer&) = default;
};

/// Granted, but it cannot be taken: the server is to be told so.
struct Unusable {
    std::string version;
    Failure reason;

    friend bool operator==(const Unusable&, const Unusable&) = default;
};

/// The server says no, in a word of its own.
struct Refused {
    Failure reason;
    bool notNow = false;      ///< nothing is wrong: it spreads its updates, and this machine's turn comes
    bool awaitsEvent = false; ///< it believes that an update is under way here, and waits to hear how that ended

    friend bool operator==(const Refused&, const Refused&) = default;
};

using Answer = std::variant<NoUpdate, Offer, Unusable, Refused>;

/// Of one more app.
struct OtherAnswer {
    Result<Answer> answer;
    Remembered remembered{};
};

struct Checked {
    Result<Answer> answer;  ///< a failure: nobody answered, or not in our words
    std::string retryAfter; ///< as the header says it; empty if there is none. It holds whatever the answer is.
    /// Nobody on the way can have written it: it came over https, or never left this machine, or its proof held. What
    /// the two members around this one ask is obeyed only then.
    bool trusted = false;
    std::optional<std::chrono::seconds> pollInterval{}; ///< 1 s … 1 day: how often the server wants to be asked
    bool overloaded = false;            ///< 429 or 5xx: whatever the body says, the next check comes as after a failure
    Remembered remembered{};            ///< what is to be kept now
    std::vector<std::string> remarks{}; ///< what of the answer was ignored, a sentence each
    std::vector<OtherAnswer> others{};  ///< as they were asked; none where nobody answered
};

/// One thing to tell: Omaha's event numbers are the field's own words.  [Omaha 3.1, event Objects]
struct Event {
    int type = 0;
    int result = 0;
    int errorCode = 0;
    std::string version; ///< of the app when it happened
    std::string previousVersion;
    std::string nextVersion;
    std::string sessionId;
    std::int64_t time = 0;      ///< when it happened, in seconds since 1970; 0: not known
    std::string appId{};        ///< of one more app; empty: the program's own
    std::string pipelineId{};   ///< of the offer that it is about
    std::int64_t extraCode = 0; ///< a number that says more of the error code; 0: none
    int times = 1;              ///< it happened so often, and is told once, as it was the last time

    friend bool operator==(const Event&, const Event&) = default;
};

/// What became of an event.
struct Sent {
    Result<Done> taken;       ///< a failure: it must be sent again
    bool answered = true;     ///< false: nobody was there, and nobody will answer a check either
    bool unproven = false;    ///< somebody took it, and did not prove who
    std::string retryAfter{}; ///< of who did not take it; as in Checked
    bool trusted = false;
    bool overloaded = false; ///< the same
};

/// Blocks within the transport's limits.
struct Source {
    virtual ~Source() = default;

    virtual Checked check(const Question& question) = 0;

    /// Taken it is when the server has heard it: with status 2xx and anything but a page of HTML, or with one of 4xx
    /// that a later try does not change; where answers are proven, with a proven one. No server is bound to acknowledge
    /// an event in words. `age`: how long ago it happened.
    virtual Sent send(const Event& event, std::chrono::seconds age) = 0;
};

/// In Omaha's order.
using baton::isNewer;

} // namespace baton::source
