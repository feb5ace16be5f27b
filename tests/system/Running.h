// A real process that a test started: what it says, how it ends, and nothing of it that outlives the test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace baton::system {

using Patience = std::chrono::milliseconds;

/// Long enough for a machine that is busy with other things; nobody waits so long where all is well.
inline constexpr Patience Patient{20'000};

/// Asks again and again until the answer is yes, at most so long.
bool eventually(const std::function<bool()>& question, Patience patience = Patient);

struct Command {
    std::string executable; ///< absolute
    std::vector<std::string> arguments;
    std::vector<std::string> environment{}; ///< in addition to PATH and what the sanitizers read
    std::vector<int> passed{};              ///< descriptors that become 3, 4, …, with LISTEN_PID
    int standardInput = -1;                 ///< -1: /dev/null
    int standardOutput = -1;                ///< -1: the log
    int standardError = -1;                 ///< -1: the log
};

/// Ends with its owner, by SIGKILL to its process group.
class Running {
public:
    /// Whatever it writes to stdout and stderr goes to `log`, from where anybody can read it.
    Running(const Command& command, std::filesystem::path log);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    pid_t pid() const { return child_.pid(); }
    void signal(int number) const { child_.signal(number); }

    std::string said() const;

    /// Waits for a text in what it says; the failure shows the log. Fails at once when the process has ended.
    ::testing::AssertionResult says(const std::string& text, Patience patience = Patient) const;

    /// Waits for its end: its exit code, 128 + N for signal N, -1 when it did not end in time.
    int end(Patience patience = Patient);
    bool hasEnded() const { return ended_ || child_.ended(); }

    /// What stands behind `before` in a line of what it said, up to a blank, a comma or the line's end.
    std::string word(const std::string& before) const;

private:
    std::filesystem::path log_;
    os::Child child_;
    bool ended_ = false;
    int code_ = -1;
};

/// The children of a process, those that have ended and wait to be looked at too.
std::vector<pid_t> childrenOf(pid_t parent);

/// From here on, whatever our children leave behind is ours to end; endOrphans() does so, by pid. To be
/// called while nothing of ours runs.
void adoptOrphans();
std::vector<pid_t> livingOrphans();
void endOrphans();

} // namespace baton::system
