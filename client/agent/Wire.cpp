#include "client/agent/Wire.h"

#include <sys/socket.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace baton::agent {
namespace {

constexpr Duration LongestWait = std::chrono::hours(1); // poll(2) counts milliseconds in an int.

Heard meaningOf(std::string_view text)
{
    const auto bell = control::parseBell(text);
    if (!bell) return Heard::Nothing;
    return *bell == control::AgentBell::Check ? Heard::Check : Heard::Changed;
}

} // namespace

void SocketWire::tell(const control::AgentNews& news)
{
    const auto text = control::print(news);
    // A full socket means that the supervisor is busy; it will look at the store anyway.
    (void)::send(socket_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

Heard SocketWire::wait(Duration atMost)
{
    const auto timeout = std::clamp(atMost, Duration(0), LongestWait).count();
    pollfd one{socket_, POLLIN, 0};
    if (::poll(&one, 1, static_cast<int>(timeout)) <= 0) return Heard::Nothing;
    std::array<char, control::LongestMessage> text{};
    const auto length = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
    if (length == 0) return Heard::Gone;
    if (length < 0) return errno == EAGAIN || errno == EINTR ? Heard::Nothing : Heard::Gone;
    return meaningOf({text.data(), static_cast<std::size_t>(length)});
}

} // namespace baton::agent
