#include "client/transport/Watchdog.h"

#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace baton::transport {
namespace {

int duplicate(int socket)
{
    const int copy = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) throw std::system_error(errno, std::generic_category(), "duplicate a socket");
    return copy;
}

} // namespace

Watchdog::Watchdog(int socket) : socket_(duplicate(socket))
{
    try {
        thread_ = std::thread([this] { watch(); });
    } catch (...) {
        ::close(socket_);
        throw;
    }
}

Watchdog::~Watchdog()
{
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_one();
    thread_.join();
    ::close(socket_);
}

void Watchdog::expectBy(Patience what, Moment moment, std::string reason)
{
    const std::lock_guard lock(mutex_);
    const auto before = nearest().moment;
    deadlines_.at(static_cast<std::size_t>(what)) = {moment, std::move(reason)};
    if (nearest().moment < before) changed_.notify_one(); // A later one is seen when the earlier is over.
}

void Watchdog::relax(Patience what) { expectBy(what, Moment::max(), {}); }

std::string Watchdog::bitten() const
{
    const std::lock_guard lock(mutex_);
    return bitten_;
}

const Watchdog::Deadline& Watchdog::nearest() const
{
    return *std::min_element(deadlines_.begin(), deadlines_.end(),
                             [](const auto& a, const auto& b) { return a.moment < b.moment; });
}

void Watchdog::watch()
{
    std::unique_lock lock(mutex_);
    while (!over_) {
        const auto moment = nearest().moment; // A copy: the member may move while we wait.
        if (moment == Moment::max())
            changed_.wait(lock);
        else
            changed_.wait_until(lock, moment);
        if (over_ || nearest().moment > std::chrono::steady_clock::now()) continue;
        bitten_ = nearest().reason;
        ::shutdown(socket_, SHUT_RDWR); // ENOTCONN: it has ended by itself.
        return;
    }
}

} // namespace baton::transport
