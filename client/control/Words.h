// The bell between supervisor and agent: one word and a few plain fields a message, on a SOCK_SEQPACKET pair.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::control {

/// To the agent. A lost message loses nothing: the agent reads the store at its start and after each bell.
enum class AgentBell {
    Check,  ///< ask the server now; somebody is waiting for it
    Ask,    ///< the same, for the program's group: windows hold, as for a check that was planned
    Changed ///< state.json or history.jsonl is new: send the events that follow from it
};

/// To the supervisor, in the agent's words.
struct AgentNews {
    enum class Kind {
        Downloaded, ///< downloads/attempt.json says so too: start the stager
        Progress,   ///< an attempt's stage and bytes, for `status`
        Idle,       ///< there is no attempt
        Waits,      ///< the attempt waits, and why; `time` says until when, 0 if nobody knows
        Offered,    ///< the server offers `version`, which is not taken for now, and why
        Checked,    ///< a check ended; `word` says how: noupdate, update, deferred, refused, failed
        Next,       ///< when the next check comes, and why then
        Untold,     ///< how many events the server is still to be told, and how many outcomes it never will be
        Failed      ///< the agent gave its attempt up (network, disk): a line for history.jsonl, Outcome::Failed
    };

    Kind kind = Kind::Idle;
    std::string version;     ///< Progress, Downloaded, Offered, Failed
    std::string sha256;      ///< Failed: 64 lower-case hex digits
    std::string word;        ///< Progress: the stage (granted, downloading, waiting, …); Checked: the result
    std::int64_t bytes = 0;  ///< Progress
    std::int64_t size = 0;   ///< Progress
    std::int64_t time = 0;   ///< Checked, Next, Waits: seconds since 1970
    std::int64_t events = 0; ///< Untold: that wait
    std::int64_t lost = 0;   ///< Untold: that were dropped
    int code = 0;            ///< Failed: one of baton::code
    std::string detail; ///< Checked, Next, Waits, Offered, Failed: a sentence for people, escaped, at most 200 bytes

    friend bool operator==(const AgentNews&, const AgentNews&) = default;
};

/// No message is longer; what is longer is dropped unread.
inline constexpr std::size_t LongestMessage = 1024;

std::string print(AgentBell bell);
std::optional<AgentBell> parseBell(std::string_view text);

std::string print(const AgentNews& news);
/// Nothing for what is not one of these messages to the letter: the sender faces the network and is not believed.
std::optional<AgentNews> parseNews(std::string_view text);

} // namespace baton::control
