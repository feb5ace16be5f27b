#include "client/service/OneRequestSocket.h"

#include "client/os/Errors.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>

#include <sys/socket.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace baton::service {
namespace {

constexpr std::size_t Portion = 16'384;

Instant now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

// Poco offers the constructor that takes an implementation to subclasses alone.
struct Attached : Poco::Net::StreamSocket {
    explicit Attached(OneRequestSocket* socket) : StreamSocket(socket) {}
};

} // namespace

OneRequestSocket::OneRequestSocket(std::shared_ptr<HttpConnection> connection, const HttpSettings& settings)
    : StreamSocketImpl(connection->socket.get()),
      connection_(std::move(connection)),
      ioTimeout_(settings.ioTimeout),
      leastBytesPerSecond_(std::max<std::size_t>(settings.leastBytesPerSecond, 1)),
      head_(connection_->head),
      headLeft_(head_.sizeBytes),
      bodyLeft_(head_.bodyBytes),
      freeTimeout_(Poco::Timespan::MILLISECONDS * ioTimeout_.count())
{
}

OneRequestSocket::~OneRequestSocket() { reset(); } // The descriptor is the connection's.

void OneRequestSocket::close() { reset(); }

bool OneRequestSocket::isWhole()
{
    if (broken_ || spokeFreely_ || headLeft_ > 0) return false;
    if (head_.body == BodyFraming::None) return true;
    // A handler that has all the data need not have read the line that ends it.
    if (head_.body == BodyFraming::Chunked && !chunks_.done()) {
        const auto data = chunks_.dataBytes();
        connection_->inbox.erase(0, chunks_.take(connection_->inbox));
        return chunks_.done() && chunks_.dataBytes() == data;
    }
    return bodyEnded();
}

bool OneRequestSocket::anotherWaits() { return isWhole() && connection_->inbox.find("\r\n\r\n") != std::string::npos; }

bool OneRequestSocket::bodyEnded() const
{
    switch (head_.body) {
    case BodyFraming::None: return !head_.upgrade;
    case BodyFraming::Length: return bodyLeft_ == 0;
    case BodyFraming::Chunked: return chunks_.done();
    }
    return true;
}

int OneRequestSocket::receiveBytes(void* buffer, int length, int)
{
    auto* into = static_cast<char*>(buffer);
    const auto most = static_cast<std::size_t>(std::max(length, 0));
    if (headLeft_ > 0) {
        const auto part = fromInbox(into, std::min(most, headLeft_));
        headLeft_ -= part;
        return static_cast<int>(part);
    }
    if (broken_ || bodyEnded()) return 0;
    spokeFreely_ |= head_.upgrade;

    auto& inbox = connection_->inbox;
    if (inbox.empty()) {
        std::array<char, Portion> bytes;
        const auto came = receiveInto(bytes.data(), std::min(most, bytes.size()));
        if (came == 0) broken_ = true; // The client went away in the middle of its request.
        inbox.assign(bytes.data(), came);
    }
    const auto part = takeBody(std::string_view(inbox).substr(0, most));
    return static_cast<int>(fromInbox(into, part));
}

// How many of these bytes are this request's.
std::size_t OneRequestSocket::takeBody(std::string_view bytes)
{
    if (head_.body == BodyFraming::None) return bytes.size(); // upgraded
    if (head_.body == BodyFraming::Length) {
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), bodyLeft_));
        bodyLeft_ -= part;
        return part;
    }
    const auto part = chunks_.take(bytes);
    if (chunks_.malformed()) {
        broken_ = true;
        throw Poco::Net::MessageException("the chunks of a request's body are malformed");
    }
    return part;
}

std::size_t OneRequestSocket::fromInbox(char* buffer, std::size_t length)
{
    auto& inbox = connection_->inbox;
    const auto part = std::min(length, inbox.size());
    std::memcpy(buffer, inbox.data(), part);
    inbox.erase(0, part);
    return part;
}

std::size_t OneRequestSocket::receiveInto(char* buffer, std::size_t length)
{
    for (;;) {
        const auto came = connection_->receive(buffer, length);
        if (came >= 0) {
            moved_ += static_cast<std::uint64_t>(came);
            return static_cast<std::size_t>(came);
        }
        if (errno == EAGAIN)
            await(connection_->awaits(POLLIN));
        else if (errno != EINTR)
            breakOff(errno);
    }
}

int OneRequestSocket::sendBytes(const void* buffer, int length, int)
{
    const auto* bytes = static_cast<const char*>(buffer);
    int sent = 0;
    while (sent < length && !silent_) {
        const auto part = connection_->send(bytes + sent, static_cast<std::size_t>(length - sent));
        if (part >= 0) {
            sent += static_cast<int>(part);
            moved_ += static_cast<std::uint64_t>(part);
        } else if (errno == EAGAIN) {
            await(connection_->awaits(POLLOUT));
        } else if (errno != EINTR) {
            breakOff(errno);
        }
    }
    if (sent < length) throw Poco::Net::ConnectionAbortedException("the connection of this request was given up");
    return sent;
}

// A client that moves a byte now and then must not hold a worker for ever: all the waiting of one request is bounded
// by the progress it makes.
void OneRequestSocket::await(short events)
{
    Duration patience = ioTimeout_;
    if (spokeFreely_) {
        patience = freeTimeout_ == 0 ? Duration(-1) : Duration(freeTimeout_.totalMilliseconds());
    } else {
        const Duration earned(moved_ * 1000 / leastBytesPerSecond_);
        patience = std::clamp(ioTimeout_ + earned - waited_, Duration(0), ioTimeout_);
    }
    const auto from = now();
    pollfd watched{connection_->socket.get(), events, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
    waited_ += now() - from;
    if (ready == 0) {
        if (events == POLLOUT) giveUp();
        broken_ |= !spokeFreely_; // A WebSocket may well be silent for a while.
        throw Poco::TimeoutException("waited too long for the client of a request");
    }
}

void OneRequestSocket::breakOff(int error)
{
    giveUp();
    throw Poco::Net::ConnectionResetException("the client of a request is gone: " + os::describe(error));
}

bool OneRequestSocket::poll(const Poco::Timespan& timeout, int mode)
{
    const bool waiting = headLeft_ > 0 || !connection_->inbox.empty() || connection_->holdsMore();
    return ((mode & SELECT_READ) != 0 && waiting) || StreamSocketImpl::poll(timeout, mode);
}

int OneRequestSocket::available()
{
    return static_cast<int>(connection_->inbox.size()) + StreamSocketImpl::available();
}

void OneRequestSocket::setReceiveTimeout(const Poco::Timespan& timeout) { freeTimeout_ = timeout; }

Poco::Timespan OneRequestSocket::getReceiveTimeout() { return freeTimeout_; }

Poco::Net::StreamSocket streamOver(OneRequestSocket* socket) { return Attached(socket); }

} // namespace baton::service
