#include "client/transport/Stream.h"

#include <Poco/Net/NetException.h>

#include <sys/socket.h>

#include <algorithm>

namespace baton::transport {
namespace {

constexpr std::size_t BlockSize = 128 * 1024;

} // namespace

Stream::Stream(const Poco::Net::StreamSocket& socket) : socket_(socket), block_(BlockSize) {}

std::string_view Stream::coming()
{
    if (begin_ == end_) {
        const int length = socket_.receiveBytes(block_.data(), static_cast<int>(block_.size()));
        begin_ = 0;
        end_ = static_cast<std::size_t>(std::max(length, 0));
    }
    return {block_.data() + begin_, end_ - begin_};
}

void Stream::write(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto piece = std::min(bytes.size(), BlockSize);
        const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(piece), MSG_NOSIGNAL);
        if (sent <= 0) throw Poco::Net::NetException("the other side takes nothing more");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

} // namespace baton::transport
