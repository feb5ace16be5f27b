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
    switch (*bell) {
    case control::AgentBell::Check: return Heard::Check;
    case control::AgentBell::Ask: return Heard::Ask;
    case control::AgentBell::Changed: return Heard::Changed;
    }
    return Heard::Nothing;
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
    const auto wait = std::clamp(atMost, Duration(0), LongestWait);
    if (wait > Duration(0)) timer_.arm(wait);
    // The timers are not looked at by who does not wait: they hold what was armed for another time.
    const nfds_t watched = wait > Duration(0) ? 3 : 1;
    std::array<pollfd, 3> all{{{socket_, POLLIN, 0}, {timer_.alarm(), POLLIN, 0}, {timer_.step(), POLLIN, 0}}};
    if (::poll(all.data(), watched, static_cast<int>(wait.count())) <= 0 || all[0].revents == 0) return Heard::Nothing;
    std::array<char, control::LongestMessage> text{};
    const auto length = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
    if (length == 0) return Heard::Gone;
    if (length < 0) return errno == EAGAIN || errno == EINTR ? Heard::Nothing : Heard::Gone;
    return meaningOf({text.data(), static_cast<std::size_t>(length)});
}

} // namespace baton::agent
