// The process that runs a generation: the one that Baton started, or the one that it named as its heir by MAINPID=.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"
#include "client/os/Process.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Snapshot.h"

#include <functional>
#include <optional>

namespace baton::supervise {

/// It has ended when both have. The first is kept as a zombie until reap(), so that the number of its group cannot
/// become a stranger's. Baton must be the nearest subreaper, or it never learns how an heir ended.
class MainProcess {
public:
    /// `ended` is called from the loop, once; then ended() says how.
    MainProcess(loop::EventLoop& loop, os::Child first, std::function<void()> ended);

    /// Puts the process that it is, and its heir, into `state`.
    void save(GenerationState& state) const;
    /// Goes on with the heir that an earlier supervisor knew.
    void restore(const HeirState& heir);

    /// The heir's where there is one.
    pid_t pid() const { return heir_ ? heir_->pid : first_.pid(); }
    pid_t first() const { return first_.pid(); }

    bool isHeld() const { return first_.isHeld(); }
    /// Lets it run.  @returns 0, or the errno of its failed exec.
    int go() { return first_.go(); }

    /// From now on `pid` is the main process; false if there is no such process. The caller has made sure whose it is.
    bool follow(pid_t pid);

    void signal(const os::Signal& signal) const;
    /// All that is in its process group, which of an heir may be another than the first one's: then both.
    void signalGroup(int number) const;
    /// All that is left in the first one's group, and the heir.
    void signalAll(int number) const;

    /// Whether it is the heir's, which was not looked at yet: nobody else is to reap it.
    bool awaits(pid_t pid) const { return heir_ && heir_->lives && heir_->pid == pid; }

    /// How the main process ended; nothing while one of the two lives. Of an heir that was another's child, whose end
    /// nobody told us, it is how the first one ended.
    std::optional<os::ExitStatus> ended() const;
    void reap() const { first_.reap(); }

private:
    struct Heir {
        pid_t pid;
        os::UniqueFd pidfd;
        loop::Registration watch;
        bool lives = true;
        std::optional<os::ExitStatus> status{};
    };

    void watchHeir();
    void heirEnded();
    void tell();

    loop::EventLoop& loop_;
    os::Child first_;
    std::function<void()> ended_;
    loop::Registration firstWatch_;
    std::optional<Heir> heir_;
};

} // namespace baton::supervise
