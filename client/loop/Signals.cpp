#include "client/loop/Signals.h"

#include "client/os/Errors.h"

#include <sys/signalfd.h>

#include <signal.h>
#include <unistd.h>

namespace baton::loop {

Signals::Signals(EventLoop& loop, const std::vector<int>& numbers, std::function<void(int)> callback)
    : callback_(std::move(callback))
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : numbers) ::sigaddset(&set, number);
    fd_ = os::UniqueFd(os::check(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "make a signalfd"));
    ::sigaddset(&set, SIGPIPE);
    os::check(::sigprocmask(SIG_BLOCK, &set, nullptr), "block signals");
    watch_ = loop.whenReadable(fd_.get(), [this] { read(); });
}

void Signals::read()
{
    signalfd_siginfo info{};
    while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
        callback_(static_cast<int>(info.ssi_signo));
}

} // namespace baton::loop
