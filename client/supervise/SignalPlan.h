// What Baton does with each signal that it gets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace baton::supervise {

enum class SignalAction {
    Forward, ///< to the program, as `as`
    Stop,    ///< the program gets `as`, and Baton ends when it has
    Ignore,  ///< nobody hears of it
    Command  ///< what `command` says
};

struct SignalRule {
    int number = 0;
    SignalAction action = SignalAction::Forward;
    int as = 0;            ///< Forward, Stop: the signal that the program gets
    std::string command{}; ///< Command: "reload", "update", … as the control socket has it; "upgrade": of Baton itself

    friend bool operator==(const SignalRule&, const SignalRule&) = default;
};

/// Whether a rule may be said for it: not for what Baton needs itself (SIGCHLD, SIGCONT, SIGTSTP, SIGPIPE, SIGTTIN,
/// SIGTTOU), what nobody can take (SIGKILL, SIGSTOP), and by what a process ends for its own fault, whoever sends it
/// (SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS).
bool canBePlanned(int number);

/// What the kernel sends to a process that has reached a limit of its own, which is then nobody else's business.
bool saysALimit(int number);

/// All that the supervisor takes as an event; to be blocked from the first moment on, or one that comes early ends
/// Baton, and as process 1 of a container is lost.
std::vector<int> takenSignals();

class SignalPlan {
public:
    /// `said` by the user; `ignored` by whoever started us. Where that is SIGINT or SIGQUIT, as a shell without job
    /// control does to what it starts in the background, the signal is the program's alone.
    SignalPlan(std::vector<SignalRule> said, std::vector<int> ignored);

    SignalRule ruleOf(int number) const;

private:
    std::vector<SignalRule> said_;
    std::vector<int> ignored_;
};

} // namespace baton::supervise
