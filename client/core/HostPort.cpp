#include "client/core/HostPort.h"

#include <algorithm>
#include <charconv>

namespace baton {
namespace {

bool isHostCharacter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_';
}

bool isV6Character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.' ||
           c == '%';
}

} // namespace

std::optional<HostPort> parseHostPort(std::string_view text)
{
    const bool bracketed = text.starts_with('[');
    const auto split = bracketed ? text.find("]:") : text.find(':');
    if (split == std::string_view::npos) return std::nullopt;

    const auto host = bracketed ? text.substr(1, split - 1) : text.substr(0, split);
    const auto port = text.substr(split + (bracketed ? 2 : 1));
    if (host.empty() || port.empty() ||
        !std::all_of(host.begin(), host.end(), bracketed ? isV6Character : isHostCharacter))
        return std::nullopt;

    HostPort address{std::string(host), 0};
    const auto* end = port.data() + port.size();
    const auto [rest, error] = std::from_chars(port.data(), end, address.port);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return address;
}

std::string print(const HostPort& address)
{
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

} // namespace baton
