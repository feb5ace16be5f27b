#include "client/loop/Signals.h"

#include "client/os/Errors.h"

#include <sys/signalfd.h>

#include <signal.h>
#include <unistd.h>

namespace baton::loop {
namespace {

Arrived arrivedOf(const signalfd_siginfo& info)
{
    Arrived arrived;
    arrived.signal.number = static_cast<int>(info.ssi_signo);
    if (info.ssi_code == SI_QUEUE) arrived.signal.value = static_cast<std::uintptr_t>(info.ssi_ptr);
    arrived.fromKernel = info.ssi_code > 0;
    arrived.fromUs = !arrived.fromKernel && info.ssi_pid == static_cast<std::uint32_t>(::getpid());
    return arrived;
}

} // namespace

Signals::Signals(EventLoop& loop, const std::vector<int>& numbers, std::function<void(const Arrived&)> callback)
    : callback_(std::move(callback))
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : numbers) ::sigaddset(&set, number);
    fd_ = os::UniqueFd(os::check(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "make a signalfd"));
    os::blockSignals(numbers);
    os::blockSignals({SIGPIPE, SIGTTOU});
    ::signal(SIGCHLD, SIG_DFL); // Ignored, no child would ever say how it ended.
    watch_ = loop.whenReadable(fd_.get(), [this] { read(); });
}

void Signals::read()
{
    signalfd_siginfo info{};
    while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) callback_(arrivedOf(info));
}

} // namespace baton::loop
