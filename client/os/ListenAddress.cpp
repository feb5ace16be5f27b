#include "client/os/ListenAddress.h"

#include "client/core/Text.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <stdexcept>

namespace baton::os {
namespace {

constexpr std::size_t LongestUnixPath = 107; // sun_path less its terminator
constexpr std::int64_t LongestBacklog = 1'000'000;
constexpr std::int64_t MostSockets = 256;
constexpr unsigned HighestMode = 0777;

struct Scheme {
    std::string_view text;
    ListenKind kind;
    bool bothFamilies = false;
};

constexpr std::array Schemes{
    Scheme{"tcp:", ListenKind::Tcp},
    Scheme{"tcp6+4:", ListenKind::Tcp, true},
    Scheme{"udp:", ListenKind::Udp},
    Scheme{"udp6+4:", ListenKind::Udp, true},
    Scheme{"unix:", ListenKind::Unix},
    Scheme{"unix-seqpacket:", ListenKind::UnixSeqpacket},
    Scheme{"unix-datagram:", ListenKind::UnixDatagram},
};

// Each reads its value, and returns what is wrong with it.

std::string readBacklog(ListenAddress& address, std::string_view value)
{
    const auto number = parseNumber(value);
    if (!number || *number < 1 || *number > LongestBacklog) return "backlog is a number from 1 to 1000000";
    address.backlog = static_cast<int>(*number);
    return {};
}

std::string readSockets(ListenAddress& address, std::string_view value)
{
    const auto number = parseNumber(value);
    if (!number || *number < 2 || *number > MostSockets) return "reuseport is how many sockets, from 2 to 256";
    address.sockets = static_cast<int>(*number);
    return {};
}

std::string readMode(ListenAddress& address, std::string_view value)
{
    unsigned mode = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), mode, 8);
    if (value.size() < 3 || error != std::errc{} || end != value.data() + value.size() || mode > HighestMode)
        return "mode is octal, for example 0660";
    address.mode = mode;
    return {};
}

std::string readOwner(ListenAddress& address, std::string_view value)
{
    address.owner = value;
    return value.empty() ? "owner is a user's name or number" : "";
}

std::string readGroup(ListenAddress& address, std::string_view value)
{
    address.group = value;
    return value.empty() ? "group is a group's name or number" : "";
}

bool hasQueue(ListenKind kind) { return kind != ListenKind::Udp && kind != ListenKind::UnixDatagram; }
bool hasPort(ListenKind kind) { return !isUnix(kind); }

struct Attribute {
    std::string_view name;
    bool (*fits)(ListenKind kind);
    std::string_view otherwise; ///< said where it does not
    std::string (*read)(ListenAddress& address, std::string_view value);
};

constexpr std::array Attributes{
    Attribute{"backlog", hasQueue, "backlog is for what accepts connections", readBacklog},
    Attribute{"reuseport", hasPort, "reuseport is for tcp and udp", readSockets},
    Attribute{"mode", isUnix, "mode is for a unix path", readMode},
    Attribute{"owner", isUnix, "owner is for a unix path", readOwner},
    Attribute{"group", isUnix, "group is for a unix path", readGroup},
};

const Attribute* findAttribute(std::string_view name)
{
    const auto* const found =
        std::find_if(Attributes.begin(), Attributes.end(), [&](const auto& each) { return each.name == name; });
    return found == Attributes.end() ? nullptr : found;
}

[[noreturn]] void refuse(std::string_view text, const std::string& why)
{
    throw std::invalid_argument("the listener " + escaped(text) + " " + why);
}

bool isListenerName(std::string_view name)
{
    const auto allowed = [](char c) { return c > 0x20 && c < 0x7f && c != ':' && c != ','; };
    return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), allowed);
}

void readPlace(ListenAddress& address, std::string_view where, std::string_view text)
{
    for (const auto& scheme : Schemes) {
        if (!where.starts_with(scheme.text)) continue;
        address.kind = scheme.kind;
        address.bothFamilies = scheme.bothFamilies;
        where.remove_prefix(scheme.text.size());
        break;
    }
    if (isUnix(address.kind)) {
        address.path = where;
        if (!where.starts_with('/') || where == "/") refuse(text, "needs an absolute path after unix…:");
        if (where.size() > LongestUnixPath) refuse(text, "has a path of more than 107 bytes, the kernel's limit");
        return;
    }
    const auto hostPort = parseHostPort(where);
    if (!hostPort)
        refuse(text, "is not NAME=HOST:PORT, NAME=[V6]:PORT, NAME=tcp6+4:[::]:PORT, NAME=udp:HOST:PORT, "
                     "NAME=unix:/path, NAME=unix-seqpacket:/path or NAME=unix-datagram:/path");
    if (address.bothFamilies && hostPort->host != "::")
        refuse(text, "needs [::] after 6+4:, the one address that takes both families");
    address.address = *hostPort;
}

void readAttribute(ListenAddress& address, std::string_view part, std::string_view text)
{
    const auto equals = part.find('=');
    const auto* const attribute = findAttribute(part.substr(0, equals));
    if (attribute == nullptr || equals == std::string_view::npos)
        refuse(text, "has \"" + escaped(part) + "\" behind a comma, which is none of backlog=, reuseport=, mode=, " +
                         "owner=, group=");
    if (!attribute->fits(address.kind))
        refuse(text, "has " + std::string(attribute->name) + ": " + std::string(attribute->otherwise));
    const auto wrong = attribute->read(address, part.substr(equals + 1));
    if (!wrong.empty()) refuse(text, "has a value that is none: " + wrong);
}

} // namespace

bool isUnix(ListenKind kind)
{
    return kind == ListenKind::Unix || kind == ListenKind::UnixSeqpacket || kind == ListenKind::UnixDatagram;
}

int socketType(ListenKind kind)
{
    if (kind == ListenKind::Udp || kind == ListenKind::UnixDatagram) return SOCK_DGRAM;
    return kind == ListenKind::UnixSeqpacket ? SOCK_SEQPACKET : SOCK_STREAM;
}

ListenAddress parseListenAddress(std::string_view text)
{
    const auto equals = text.find('=');
    if (equals == std::string_view::npos)
        refuse(text, "has no name; write NAME=HOST:PORT, for example web=127.0.0.1:8000");
    ListenAddress address;
    address.name = text.substr(0, equals);
    if (!isListenerName(address.name)) refuse(text, "has a name that is empty or holds a blank, a colon or a comma");
    if (findAttribute(address.name) != nullptr) refuse(text, "has the name of an attribute; choose another");

    const auto parts = split(text.substr(equals + 1), ',');
    readPlace(address, parts.front(), text);
    std::vector<std::string_view> seen;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        readAttribute(address, parts[i], text);
        const auto name = parts[i].substr(0, parts[i].find('='));
        if (std::find(seen.begin(), seen.end(), name) != seen.end())
            refuse(text, "has " + std::string(name) + " twice");
        seen.push_back(name);
    }
    return address;
}

std::string print(const ListenAddress& address)
{
    std::string text;
    for (const auto& scheme : Schemes)
        if (scheme.kind == address.kind && scheme.bothFamilies == address.bothFamilies) text = scheme.text;
    if (text == "tcp:") text.clear();
    text += isUnix(address.kind) ? address.path : baton::print(address.address);
    if (address.backlog != 0) text += ",backlog=" + std::to_string(address.backlog);
    if (address.sockets != 1) text += ",reuseport=" + std::to_string(address.sockets);
    if (address.mode) {
        std::array<char, 16> octal{};
        std::snprintf(octal.data(), octal.size(), ",mode=%04o", *address.mode);
        text += octal.data();
    }
    if (!address.owner.empty()) text += ",owner=" + address.owner;
    if (!address.group.empty()) text += ",group=" + address.group;
    return text;
}

std::vector<std::string> splitListeners(std::string_view text)
{
    std::vector<std::string> listeners;
    for (auto part : split(text, ',')) {
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        const bool isAttribute = findAttribute(part.substr(0, part.find('='))) != nullptr;
        if (isAttribute && !listeners.empty())
            listeners.back() += ',' + std::string(part);
        else
            listeners.emplace_back(part);
    }
    return listeners;
}

} // namespace baton::os
