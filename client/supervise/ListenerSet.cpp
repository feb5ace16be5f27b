#include "client/supervise/ListenerSet.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Sockets.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace baton::supervise {
namespace {

constexpr int FirstPassed = 3;
constexpr std::int64_t MostPassed = 1024;

std::int64_t numberFromEnvironment(const char* name)
{
    const char* text = std::getenv(name);
    return text != nullptr ? parseNumber(text).value_or(-1) : -1;
}

// O_NONBLOCK belongs to the open file: set here, once, before anybody else holds it.
os::UniqueFd adopt(int fd)
{
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISSOCK(status.st_mode))
        throw std::invalid_argument("descriptor " + std::to_string(fd) + " was passed by LISTEN_FDS and is no socket");
    os::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "keep a passed socket from being inherited");
    os::check(::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK), "make a passed socket non-blocking");
    return os::UniqueFd(fd);
}

} // namespace

ListenerSet ListenerSet::fromEnvironment()
{
    ListenerSet set;
    const auto count = numberFromEnvironment("LISTEN_FDS");
    if (numberFromEnvironment("LISTEN_PID") != ::getpid() || count < 1 || count > MostPassed) return set;
    const char* names = std::getenv("LISTEN_FDNAMES");
    const auto named = split(names != nullptr ? names : "", ':');
    for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const auto name = at < named.size() && !named[at].empty() ? std::string(named[at]) : "unknown";
        set.listeners_.push_back({name, adopt(FirstPassed + static_cast<int>(i))});
    }
    return set;
}

void ListenerSet::put(const std::string& name, os::UniqueFd socket)
{
    const auto same = std::find_if(listeners_.begin(), listeners_.end(), [&](const auto& l) { return l.name == name; });
    if (same != listeners_.end())
        same->socket = std::move(socket);
    else
        listeners_.push_back({name, std::move(socket)});
}

void ListenerSet::openMissing(const std::vector<os::ListenAddress>& addresses)
{
    for (const auto& address : addresses)
        if (!has(address.name)) put(address.name, os::listenOn(address));
}

bool ListenerSet::has(const std::string& name) const
{
    return std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& l) { return l.name == name; });
}

std::vector<int> ListenerSet::descriptors() const
{
    std::vector<int> numbers;
    for (const auto& listener : listeners_) numbers.push_back(listener.socket.get());
    return numbers;
}

std::string ListenerSet::names() const
{
    std::string text;
    for (const auto& listener : listeners_) text += (text.empty() ? "" : ":") + listener.name;
    return text;
}

std::string ListenerSet::describe() const
{
    std::string text;
    for (const auto& listener : listeners_)
        text += (text.empty() ? "" : ", ") + listener.name + '=' + os::boundAddress(listener.socket.get());
    return text;
}

} // namespace baton::supervise
