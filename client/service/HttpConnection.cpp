#include "client/service/HttpConnection.h"

#include <sys/socket.h>

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

HttpConnection::HttpConnection(os::UniqueFd accepted, std::shared_ptr<ConnectionCount> counted, std::size_t longestHead,
                               SSL_CTX* context)
    : socket(std::move(accepted)),
      tls(context != nullptr ? std::make_unique<Tls>(context, socket.get()) : nullptr),
      count(std::move(counted)),
      finder(longestHead)
{
    count->opened();
}

HttpConnection::~HttpConnection()
{
    if (tls) tls->sayLast(); // Unless it was said, or is not so.
    tls.reset();
    socket.reset(); // Before it is no longer counted: whoever sees 0 may exit.
    count->closed();
}

ssize_t HttpConnection::receive(char* bytes, std::size_t length)
{
    return tls ? tls->receive(bytes, length) : ::recv(socket.get(), bytes, length, MSG_DONTWAIT);
}

ssize_t HttpConnection::send(const char* bytes, std::size_t length)
{
    return tls ? tls->send(bytes, length) : ::send(socket.get(), bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void HttpConnection::sayLast()
{
    if (tls) tls->sayLast();
    ::shutdown(socket.get(), SHUT_WR);
}

} // namespace baton::service
