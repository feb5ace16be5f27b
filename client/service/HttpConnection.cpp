#include "client/service/HttpConnection.h"

namespace baton::service {

void ConnectionCount::opened()
{
    const std::scoped_lock lock(mutex_);
    ++open_;
}

void ConnectionCount::closed()
{
    const std::scoped_lock lock(mutex_);
    --open_;
    if (isDrained()) changed_.notify_all();
}

void ConnectionCount::accepting(bool yes)
{
    const std::scoped_lock lock(mutex_);
    accepting_ = yes;
    if (isDrained()) changed_.notify_all();
}

std::size_t ConnectionCount::open() const
{
    const std::scoped_lock lock(mutex_);
    return open_;
}

bool ConnectionCount::drained() const
{
    const std::scoped_lock lock(mutex_);
    return isDrained();
}

bool ConnectionCount::waitUntilDrained(Duration atMost) const
{
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, atMost, [this] { return isDrained(); });
}

HttpConnection::HttpConnection(os::UniqueFd accepted, std::shared_ptr<ConnectionCount> counted, std::size_t longestHead)
    : socket(std::move(accepted)),
      count(std::move(counted)),
      finder(longestHead)
{
    count->opened();
}

HttpConnection::~HttpConnection()
{
    socket.reset(); // Before it is no longer counted: whoever sees 0 may exit.
    count->closed();
}

} // namespace baton::service
