#include "client/supervise/ListenerSet.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Listening.h"

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

SharedListener make(const std::string& name, os::UniqueFd socket)
{
    auto listener = std::make_shared<Listener>();
    listener->name = name;
    listener->socket = std::move(socket);
    return listener;
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
        set.listeners_.push_back(make(name, adopt(FirstPassed + static_cast<int>(i))));
    }
    return set;
}

ListenerSet ListenerSet::takeFor(const std::string& program, const std::vector<os::ListenAddress>& addresses)
{
    ListenerSet taken;
    for (const auto& address : addresses)
        for (auto& listener : listeners_) {
            if (!listener || (listener->name != address.name && listener->name != program + '.' + address.name))
                continue;
            listener->name = address.name;
            taken.listeners_.push_back(std::move(listener));
        }
    std::erase(listeners_, nullptr);
    return taken;
}

void ListenerSet::addBorrowed(const os::ListenAddress& address, os::UniqueFd socket)
{
    listeners_.push_back(make(address.name, std::move(socket)));
    listeners_.back()->address = address;
    listeners_.back()->borrowed = true;
}

void ListenerSet::openMissing(const std::vector<os::ListenAddress>& addresses)
{
    for (const auto& address : addresses) {
        if (has(address.name)) continue;
        for (auto& listener : bound(address)) {
            os::beginToListen(listener->socket.get(), address);
            listener->listens = true;
            listeners_.push_back(std::move(listener));
        }
    }
    arrange(addresses);
}

std::vector<SharedListener> ListenerSet::bound(const os::ListenAddress& address)
{
    std::vector<SharedListener> listeners;
    for (auto& socket : os::bindAll(address)) {
        listeners.push_back(make(address.name, std::move(socket)));
        listeners.back()->address = address;
        listeners.back()->listens = false;
    }
    return listeners;
}

void ListenerSet::remove(const std::string& name)
{
    std::erase_if(listeners_, [&](const auto& listener) { return listener->name == name; });
}

void ListenerSet::replace(const SharedListener& old, SharedListener fresh)
{
    std::replace(listeners_.begin(), listeners_.end(), old, fresh);
}

void ListenerSet::arrange(const std::vector<os::ListenAddress>& addresses)
{
    const auto place = [&](const SharedListener& listener) {
        if (!listener->address) return std::ptrdiff_t{-1};
        const auto found = std::find_if(addresses.begin(), addresses.end(),
                                        [&](const auto& address) { return address.name == listener->name; });
        return found - addresses.begin();
    };
    std::stable_sort(listeners_.begin(), listeners_.end(),
                     [&](const auto& left, const auto& right) { return place(left) < place(right); });
}

std::size_t ListenerSet::count(const std::string& name) const
{
    return static_cast<std::size_t>(std::count_if(listeners_.begin(), listeners_.end(),
                                                  [&](const auto& listener) { return listener->name == name; }));
}

std::vector<int> ListenerSet::descriptors() const
{
    std::vector<int> numbers;
    for (const auto& listener : listeners_) numbers.push_back(listener->socket.get());
    return numbers;
}

std::string ListenerSet::names() const
{
    std::string text;
    for (const auto& listener : listeners_) text += (text.empty() ? "" : ":") + listener->name;
    return text;
}

std::string ListenerSet::describe() const
{
    std::string text;
    std::string before;
    for (const auto& listener : listeners_) {
        const auto one = listener->name + '=' + os::boundAddress(listener->socket.get());
        if (one == before) continue;
        before = one;
        const auto group = listener->address ? count(listener->name) : 1;
        text += (text.empty() ? "" : ", ") + one + (group > 1 ? " (" + std::to_string(group) + " sockets)" : "");
    }
    return text;
}

} // namespace baton::supervise
