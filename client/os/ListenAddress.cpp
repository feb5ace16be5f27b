#include "client/os/ListenAddress.h"

#include "client/core/Text.h"

#include <algorithm>
#include <stdexcept>

namespace baton::os {
namespace {

constexpr std::size_t LongestUnixPath = 107; // sun_path less its terminator

[[noreturn]] void refuse(std::string_view text, const std::string& why)
{
    throw std::invalid_argument("the listener " + escaped(text) + " " + why);
}

bool isListenerName(std::string_view name)
{
    const auto allowed = [](char c) { return c > 0x20 && c < 0x7f && c != ':'; };
    return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), allowed);
}

} // namespace

ListenAddress parseListenAddress(std::string_view text)
{
    const auto split = text.find('=');
    if (split == std::string_view::npos)
        refuse(text, "has no name; write NAME=HOST:PORT, for example web=127.0.0.1:8000");
    ListenAddress address;
    address.name = text.substr(0, split);
    if (!isListenerName(address.name)) refuse(text, "has a name that is empty or holds a blank or a colon");

    auto where = text.substr(split + 1);
    if (where.starts_with("unix:")) {
        address.kind = ListenKind::Unix;
        address.path = where.substr(5);
        if (!address.path.starts_with('/')) refuse(text, "needs an absolute path after unix:");
        if (address.path.size() > LongestUnixPath)
            refuse(text, "has a path of more than 107 bytes, the kernel's limit");
        return address;
    }
    if (where.starts_with("udp:")) address.kind = ListenKind::Udp;
    if (where.starts_with("udp:") || where.starts_with("tcp:")) where.remove_prefix(4);
    const auto hostPort = parseHostPort(where);
    if (!hostPort) refuse(text, "is not NAME=HOST:PORT, NAME=[V6]:PORT, NAME=unix:/path or NAME=udp:HOST:PORT");
    address.address = *hostPort;
    return address;
}

std::string print(const ListenAddress& address)
{
    switch (address.kind) {
    case ListenKind::Unix: return "unix:" + address.path;
    case ListenKind::Udp: return "udp:" + baton::print(address.address);
    case ListenKind::Tcp: break;
    }
    return baton::print(address.address);
}

} // namespace baton::os
