#include "client/service/Orders.h"

#include "client/os/Errors.h"

#include <sys/signalfd.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

namespace baton::service {
namespace {

struct Meaning {
    int signal;
    Told told;
};

constexpr std::array Meanings{Meaning{SIGTERM, Told::Stop}, Meaning{SIGINT, Told::Quit}, Meaning{SIGQUIT, Told::Quit},
                              Meaning{SIGHUP, Told::Reload}};

sigset_t orderSignals()
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const auto& meaning : Meanings) ::sigaddset(&set, meaning.signal);
    return set;
}

Told toldBy(Order order)
{
    switch (order) {
    case Order::Drain: return Told::Drain;
    case Order::Resume: return Told::Resume;
    case Order::Stop: break;
    }
    return Told::Stop;
}

} // namespace

void blockOrderSignals()
{
    const auto signals = orderSignals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void letQuitSignalsKill()
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const auto& meaning : Meanings)
        if (meaning.told == Told::Quit) ::sigaddset(&set, meaning.signal);
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Orders::Orders(std::optional<Channel> channel) : channel_(std::move(channel))
{
    const auto signals = orderSignals();
    signals_ = os::UniqueFd(os::check(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), "make a signalfd"));
}

Told Orders::next(std::optional<Duration> atMost)
{
    if (const auto told = readSignal(); told != Told::Nothing) return told;
    std::array<pollfd, 2> watched{pollfd{signals_.get(), POLLIN, 0}, pollfd{channel_ ? channel_->fd() : -1, POLLIN, 0}};
    const auto wait = atMost ? static_cast<int>(std::clamp<std::int64_t>(atMost->count(), 0, INT_MAX)) : -1;
    if (::poll(watched.data(), watched.size(), wait) <= 0) return Told::Nothing;
    if (const auto told = readSignal(); told != Told::Nothing) return told;
    if (watched[1].revents == 0) return Told::Nothing;
    const auto order = channel_->next();
    if (channel_->closed()) channel_.reset(); // Baton is gone; the next one speaks by signals.
    return order ? toldBy(*order) : Told::Nothing;
}

Told Orders::readSignal()
{
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return Told::Nothing;
    for (const auto& meaning : Meanings)
        if (meaning.signal == static_cast<int>(info.ssi_signo)) return meaning.told;
    return Told::Nothing;
}

void Orders::sayStandsBy() noexcept
{
    if (channel_) channel_->sayStandsBy();
}

void Orders::sayDraining(std::size_t remaining) noexcept
{
    if (channel_) channel_->sayDraining(remaining);
}

void Orders::sayResumed() noexcept
{
    if (channel_) channel_->sayResumed();
}

} // namespace baton::service
