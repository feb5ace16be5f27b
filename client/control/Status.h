// What `baton status` tells: one object, the same for people, machines and tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::control {

/// A generation that lives.
struct RunningRelease {
    std::string version;
    std::string sha256;
    int generation = 0;
    int pid = 0;
    std::optional<std::int64_t> connections{}; ///< still open, as it told while it drains; nothing: it does not tell
    std::string notified{};                    ///< ready, reloading or stopping, as it said last; empty: nothing yet
    std::string status{};                      ///< what it says of itself (STATUS=), escaped

    friend bool operator==(const RunningRelease&, const RunningRelease&) = default;
};

struct AttemptStatus {
    std::string version;
    std::string stage;
    std::int64_t bytes = 0;
    std::int64_t size = 0;

    friend bool operator==(const AttemptStatus&, const AttemptStatus&) = default;
};

struct BlockedStatus {
    std::string version;
    std::string sha256;
    std::string reason;
    std::string time; ///< RFC 3339

    friend bool operator==(const BlockedStatus&, const BlockedStatus&) = default;
};

/// A release that the server offers and that is not taken for now.
struct OfferedStatus {
    std::string version;
    std::string reason;

    friend bool operator==(const OfferedStatus&, const OfferedStatus&) = default;
};

/// What the attempt waits for.
struct WaitingStatus {
    std::string reason;
    std::string until; ///< RFC 3339; empty: nobody knows

    friend bool operator==(const WaitingStatus&, const WaitingStatus&) = default;
};

/// What the server has not heard.
struct UntoldStatus {
    std::int64_t events = 0; ///< that wait until it takes them
    std::int64_t lost = 0;   ///< outcomes that it will never hear of

    friend bool operator==(const UntoldStatus&, const UntoldStatus&) = default;
};

struct HoldStatus {
    std::string until; ///< RFC 3339; empty: until `baton resume`

    friend bool operator==(const HoldStatus&, const HoldStatus&) = default;
};

/// Of the newest signed statement that was believed.
struct SignedStatus {
    std::string issued;  ///< RFC 3339; empty: none yet
    std::string expires; ///< RFC 3339; empty with the other
    std::int64_t ageDays = 0;

    friend bool operator==(const SignedStatus&, const SignedStatus&) = default;
};

struct Status {
    std::string
        state; ///< empty, starting, ended, serving, probationBeside, probationAlone, switching, rollingBack, stopping
    std::optional<RunningRelease> release;
    std::optional<RunningRelease> candidate;
    std::vector<RunningRelease> draining;
    std::optional<AttemptStatus> attempt;
    std::optional<WaitingStatus> waiting;
    std::optional<OfferedStatus> offered;
    std::optional<HoldStatus> hold;
    std::vector<BlockedStatus> blocked;
    std::optional<std::int64_t> gapMilliseconds{}; ///< how long nobody accepted the last time; nothing: never yet
    std::optional<SignedStatus> signedBy;          ///< nothing: releases need not be signed here
    std::string nextCheck;                         ///< RFC 3339; empty: none planned
    std::string nextCheckReason;
    std::string lastCheck; ///< RFC 3339; empty: none yet
    std::string lastCheckResult;
    std::optional<UntoldStatus> untold{}; ///< nothing: it was told everything
    std::optional<int> exitCode{};        ///< one of several programs has ended for good

    friend bool operator==(const Status&, const Status&) = default;
};

/// One line of JSON, all members always there, null for what is not.
std::string print(const Status& status);

/// Of one among several programs.
struct NamedStatus {
    std::string program; ///< empty: the only one
    Status status;

    friend bool operator==(const NamedStatus&, const NamedStatus&) = default;
};

/// {"programs":{NAME:…}}, each as above, and what it ended with if it has.
std::string print(const std::vector<NamedStatus>& programs);

/// Of either form; the only one's name is empty.  @throws std::runtime_error saying what is wrong.
std::vector<NamedStatus> parseStatuses(const std::string& text);

/// @throws std::runtime_error saying what is wrong.
Status parseStatus(const std::string& text);

/// For a terminal: a few aligned lines.
std::string describe(const Status& status);

} // namespace baton::control
