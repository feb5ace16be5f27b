// Children: started with exactly what they are to inherit, signalled and reaped by pidfd alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/SignalSet.h"
#include "client/os/UniqueFd.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::os {

/// How a process ended.
struct ExitStatus {
    bool bySignal = false;
    int number = 0; ///< exit code, or the signal

    /// What a shell would report: the code, or 128 + the signal.
    int shellCode() const { return bySignal ? 128 + number : number; }
    friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

/// How a child of ours ended that was not reaped yet; nothing if it lives, or is none. It stays a zombie.
std::optional<ExitStatus> exitStatusOf(pid_t pid);

/// "exit code 3", "signal 9 (SIGKILL)".
std::string describe(const ExitStatus& status);

/// What a child gets; nothing else passes: every other descriptor is close-on-exec, the signal mask is empty and every
/// disposition the default, but for those that are to stay ignored.
struct SpawnOptions {
    std::string executable;               ///< absolute path; never looked up
    std::vector<std::string> arguments;   ///< with argv[0]
    std::vector<std::string> environment; ///< NAME=VALUE, all of it
    std::vector<int> passed;              ///< descriptors that become 3, 4, … in this order
    bool announceListeners = false;       ///< sets LISTEN_PID to the child's own pid
    bool announceWatchdog = false;        ///< sets WATCHDOG_PID to the same
    int standardInput = 0;
    int standardOutput = 1;
    int standardError = 2;
    std::string directory;        ///< empty: ours
    bool endsWithUs = false;      ///< by SIGKILL, should the thread that starts it die first
    std::vector<int> ignored{};   ///< signals that the child begins with ignoring
    std::int64_t memoryBytes = 0; ///< the most it may take for itself; 0: as much as we
    bool hasNetwork = true; ///< false: it can make no socket but those of this machine, where the kernel can do that
    bool facesStrangers = false; ///< it may be taken over, or is not trusted yet: answered by nobody who knows that
    std::string readOnly{};      ///< a directory in which it may change nothing, where we may arrange that; empty: none
    std::string scratch{};       ///< one in that, in which it may
    int terminal = -1;           ///< a terminal whose foreground group the child is to be; -1: none
};

/// A child in a process group of its own. The destructor closes the pidfd and neither ends nor reaps.
class Child {
public:
    /// Forks, and holds the child before its exec, so that its pid can be recorded first: a child whose parent dies
    /// while it is held ends without running anything.  @throws std::system_error when no process can be had.
    static Child hold(const SpawnOptions& options);

    /// Whether one of these objects has started that child and not reaped it yet. Any other child of this process is
    /// one that lost its parent.
    static bool isKnown(pid_t pid);

    /// Whether it is one of these that was started as one that faces strangers, or descends from such a one.
    static bool facesStrangers(pid_t pid);

    /// All of these, as a process that takes this one's place must know them.
    static std::vector<pid_t> known();

    /// A child that this process had before an exec, and its pidfd.
    static Child adopt(pid_t pid, UniqueFd pidfd);

    /// hold() and go() in one.  @throws std::system_error also when the exec fails; the child is reaped then.
    static Child spawn(const SpawnOptions& options);

    pid_t pid() const { return pid_; }
    int pidfd() const { return pidfd_.get(); } ///< readable once it has ended

    bool isHeld() const { return bool(go_); } ///< go() was not called yet

    /// Lets it run.  @returns 0, or the errno of its failed exec. Waits for the exec, at most two seconds.
    int go();

    /// By pidfd: never reaches a stranger. An ended child is no error.
    void signal(int number) const { signal(Signal{number}); }
    void signal(const Signal& signal) const;

    /// To its whole group, while the leader is not reaped: so the group's number cannot be a stranger's.
    void signalGroup(int number) const;

    /// How it ended, if it has; it stays a zombie until reap(), and its group can still be signalled.
    std::optional<ExitStatus> ended() const;
    void reap() const;

private:
    Child(pid_t pid, UniqueFd pidfd, UniqueFd go, UniqueFd error);

    pid_t pid_;
    UniqueFd pidfd_;
    UniqueFd go_;
    UniqueFd error_;
};

} // namespace baton::os
