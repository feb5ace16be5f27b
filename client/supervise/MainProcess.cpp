#include "client/supervise/MainProcess.h"

#include "client/os/Passing.h"
#include "client/os/ProcessTable.h"

#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

namespace baton::supervise {

MainProcess::MainProcess(loop::EventLoop& loop, os::Child first, std::function<void()> ended)
    : loop_(loop),
      first_(std::move(first)),
      ended_(std::move(ended))
{
    firstWatch_ = loop_.whenReadable(
        first_.pidfd(),
        [this] {
            firstWatch_.reset(); // A zombie is readable for ever.
            tell();
        },
        loop::Priority::Death);
}

bool MainProcess::follow(pid_t pid)
{
    if (pid == this->pid()) return true;
    if (pid == first_.pid()) {
        if (first_.ended()) return false;
        heir_.reset();
        return true;
    }
    auto pidfd = os::openProcess(pid);
    if (!pidfd) return false;
    heir_.reset();
    heir_.emplace(Heir{pid, std::move(*pidfd), {}});
    watchHeir();
    return true;
}

void MainProcess::watchHeir()
{
    heir_->watch = loop_.whenReadable(
        heir_->pidfd.get(), [this] { heirEnded(); }, loop::Priority::Death);
}

void MainProcess::save(GenerationState& state) const
{
    state.pid = first_.pid();
    state.pidfd = first_.pidfd();
    if (heir_) state.heir = HeirState{heir_->pid, heir_->pidfd.get(), heir_->lives, heir_->status};
}

void MainProcess::restore(const HeirState& heir)
{
    heir_.emplace(Heir{heir.pid, os::received(heir.pidfd), {}, heir.lives, heir.status});
    if (heir.lives) watchHeir();
}

void MainProcess::heirEnded()
{
    heir_->lives = false;
    heir_->status = os::exitStatusOf(heir_->pid);
    ::waitpid(heir_->pid, nullptr, WNOHANG); // Of another's child that is none of our business.
    heir_->watch.reset();
    tell();
}

void MainProcess::tell()
{
    if (!ended()) return;
    const auto ended = ended_; // The call destroys us.
    ended();
}

void MainProcess::signal(const os::Signal& signal) const
{
    if (heir_)
        os::signalProcess(heir_->pidfd.get(), signal);
    else
        first_.signal(signal);
}

void MainProcess::signalGroup(int number) const
{
    first_.signalGroup(number);
    if (!heir_ || !heir_->lives) return;
    const auto group = ::getpgid(heir_->pid);
    if (group == first_.pid()) return;
    if (group == heir_->pid)
        ::kill(-group, number);
    else
        os::signalProcess(heir_->pidfd.get(), {number}); // Whoever leads that group, it may be ours.
}

void MainProcess::signalAll(int number) const
{
    first_.signalGroup(number);
    if (heir_) os::signalProcess(heir_->pidfd.get(), {number});
}

std::optional<os::ExitStatus> MainProcess::ended() const
{
    if (heir_ && heir_->lives) return std::nullopt;
    const auto first = first_.ended();
    return first && heir_ && heir_->status ? heir_->status : first;
}

} // namespace baton::supervise
