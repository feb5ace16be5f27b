#include "client/transport/Watchdog.h"

#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

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

Watchdog::Watchdog(int socket, Duration limit, std::string reason)
    : socket_(duplicate(socket)),
      deadline_(std::chrono::steady_clock::now() + limit),
      reason_(std::move(reason))
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

void Watchdog::expectWithin(Duration limit, std::string reason)
{
    const std::lock_guard lock(mutex_);
    deadline_ = std::chrono::steady_clock::now() + limit;
    reason_ = std::move(reason);
    changed_.notify_one(); // The new deadline may be the earlier one.
}

std::string Watchdog::bitten() const
{
    const std::lock_guard lock(mutex_);
    return bitten_ ? reason_ : std::string();
}

void Watchdog::watch()
{
    std::unique_lock lock(mutex_);
    while (!over_) {
        const auto deadline = deadline_; // A copy: the member may move while we wait.
        if (changed_.wait_until(lock, deadline) == std::cv_status::no_timeout) continue;
        if (over_ || deadline_ > std::chrono::steady_clock::now()) continue;
        bitten_ = true;
        ::shutdown(socket_, SHUT_RDWR); // ENOTCONN: it has ended by itself.
        return;
    }
}

} // namespace baton::transport
