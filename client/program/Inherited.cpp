#include "client/program/Inherited.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"

#include <sys/stat.h>

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>

namespace baton {
namespace {

constexpr int First = 3;      // SD_LISTEN_FDS_START
constexpr int Longest = 1024; // More is a mistake of whoever set it.

// The variable's text, and the variable gone.
std::optional<std::string> takeVariable(const char* name)
{
    const char* text = std::getenv(name);
    if (text == nullptr) return std::nullopt;
    std::string taken = text;
    ::unsetenv(name);
    return taken;
}

bool isMeantForUs(const std::optional<std::string>& listenPid)
{
    const char* generation = std::getenv("BATON_GENERATION");
    if (generation != nullptr && std::getenv("NOTIFY_SOCKET") != nullptr) return true;
    return listenPid && parseNumber(*listenPid) == ::getpid();
}

int countOf(const std::string& listenFds)
{
    const auto count = parseNumber(listenFds);
    if (!count || *count > Longest)
        throw std::runtime_error("LISTEN_FDS=" + escaped(listenFds) + " is no number of sockets from 0 to 1024");
    return static_cast<int>(*count);
}

os::UniqueFd adopt(int fd, const std::string& listenFds)
{
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        throw std::runtime_error("LISTEN_FDS=" + listenFds + " promises descriptor " + std::to_string(fd) +
                                 ", which is not open: " + os::describe(errno));
    os::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "set descriptor " + std::to_string(fd) + " close-on-exec");
    return os::UniqueFd(fd);
}

} // namespace

Inherited Inherited::fromEnvironment()
{
    const auto fds = takeVariable("LISTEN_FDS");
    const auto pid = takeVariable("LISTEN_PID");
    const auto names = takeVariable("LISTEN_FDNAMES");
    Inherited inherited;
    if (!fds || !isMeantForUs(pid)) return inherited;

    const int count = countOf(*fds);
    const auto named = names ? split(*names, ':') : std::vector<std::string_view>();
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        std::string name(at < named.size() && !named[at].empty() ? named[at] : "unknown");
        inherited.sockets_.push_back({std::move(name), adopt(First + i, *fds)});
    }
    return inherited;
}

os::UniqueFd Inherited::take(std::string_view name)
{
    for (auto& each : sockets_)
        if (each.name == name && each.socket) return std::move(each.socket);
    return os::UniqueFd();
}

} // namespace baton
