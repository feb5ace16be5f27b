#include "client/control/Client.h"

#include "client/os/Errors.h"
#include "client/os/Sockets.h"

#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace baton::control {
namespace {

constexpr std::size_t LongestAnswer = std::size_t{64} * 1024 * 1024;

void send(int socket, std::string_view line, const std::string& what)
{
    while (!line.empty()) {
        const auto count = os::check(::send(socket, line.data(), line.size(), MSG_NOSIGNAL), what);
        line.remove_prefix(static_cast<std::size_t>(count));
    }
}

void waitReadable(int socket, Duration patience, const std::string& what)
{
    pollfd watched{socket, POLLIN, 0};
    int ready = 0;
    do ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
    while (ready < 0 && errno == EINTR);
    if (os::check(ready, what) == 0) os::fail(what, ETIMEDOUT);
}

} // namespace

std::string ask(const std::filesystem::path& socket, std::string_view command, Duration patience)
{
    const auto what = "ask " + socket.string() + " for " + std::string(command);
    const auto connection = os::connectUnix(socket);
    send(connection.get(), std::string(command) + '\n', what);
    std::string answer;
    std::array<char, 65536> block{};
    for (;;) {
        waitReadable(connection.get(), patience, what);
        const auto count = os::check(::recv(connection.get(), block.data(), block.size(), 0), what);
        if (count == 0) return answer;
        answer.append(block.data(), static_cast<std::size_t>(count));
        if (answer.size() > LongestAnswer) os::fail(what, EFBIG);
    }
}

} // namespace baton::control
