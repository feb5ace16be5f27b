#include "client/program/Channel.h"

#include "client/core/Text.h"

#include <sys/socket.h>

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string>
#include <string_view>

namespace baton {
namespace {

struct Word {
    std::string_view text;
    Order order;
};

constexpr std::array Words{Word{"drain", Order::Drain}, Word{"resume", Order::Resume}, Word{"stop", Order::Stop}};

std::optional<Order> orderOf(std::string_view text)
{
    for (const auto& word : Words)
        if (word.text == text) return word.order;
    return std::nullopt;
}

bool isPacketSocket(int fd)
{
    int type = 0;
    socklen_t length = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_SEQPACKET;
}

bool say(int socket, std::string_view message)
{
    const auto flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    return ::send(socket, message.data(), message.size(), flags) == static_cast<ssize_t>(message.size());
}

} // namespace

std::optional<Channel> Channel::fromEnvironment()
{
    const char* text = std::getenv("BATON_CHANNEL");
    if (text == nullptr) return std::nullopt;
    const auto number = parseNumber(text);
    ::unsetenv("BATON_CHANNEL");
    if (!number || *number < 3 || *number > INT_MAX) return std::nullopt;
    const int fd = static_cast<int>(*number);
    if (!isPacketSocket(fd) || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return std::nullopt;
    return Channel(os::UniqueFd(fd));
}

Channel::Channel(os::UniqueFd socket) : socket_(std::move(socket)) {}

std::optional<Order> Channel::next()
{
    while (!closed_) {
        std::array<char, 64> message{};
        const auto length = ::recv(socket_.get(), message.data(), message.size(), MSG_DONTWAIT);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && errno == EAGAIN) return std::nullopt;
        if (length <= 0) {
            closed_ = true;
            return std::nullopt;
        }
        if (const auto order = orderOf({message.data(), static_cast<std::size_t>(length)})) return order;
    }
    return std::nullopt;
}

bool Channel::sayDraining(std::size_t connections) noexcept
try {
    return say(socket_.get(), "draining " + std::to_string(connections));
} catch (const std::exception&) { // no memory
    return false;
}

bool Channel::sayResumed() noexcept { return say(socket_.get(), "resumed"); }

} // namespace baton
