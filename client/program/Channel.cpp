#include "client/program/Channel.h"

#include "client/core/Text.h"
#include "client/os/Message.h"

#include <sys/socket.h>

#include <fcntl.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <string>
#include <string_view>

namespace baton {
namespace {

constexpr std::size_t LongestMessage = 300; // "descriptor " and a name
constexpr std::string_view Descriptor = "descriptor ";

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
        auto message = os::receiveMessage(socket_.get(), LongestMessage, &closed_);
        if (!message || closed_) return std::nullopt;
        if (message->text.starts_with(Descriptor)) {
            const auto name = message->text.substr(Descriptor.size());
            for (auto& each : message->descriptors) descriptors_.push_back({name, std::move(each)});
        }
        if (const auto order = orderOf(message->text)) return order;
    }
    return std::nullopt;
}

std::optional<InheritedSocket> Channel::takeDescriptor()
{
    if (descriptors_.empty()) return std::nullopt;
    auto first = std::move(descriptors_.front());
    descriptors_.pop_front();
    return first;
}

bool Channel::sayDraining(std::size_t connections) noexcept
try {
    return say(socket_.get(), "draining " + std::to_string(connections));
} catch (const std::exception&) { // no memory
    return false;
}

bool Channel::sayStandsBy() noexcept { return say(socket_.get(), "stands-by"); }

bool Channel::sayTakesDescriptors() noexcept { return say(socket_.get(), "takes-descriptors"); }

bool Channel::sayResumed() noexcept { return say(socket_.get(), "resumed"); }

} // namespace baton
