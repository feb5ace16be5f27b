#include "client/transport/NoProxy.h"

#include "client/core/Text.h"
#include "client/transport/Url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

namespace baton::transport {
namespace {

// An IPv4 address is held as ::ffff:A.B.C.D, so that both ways to write it are the same.
using Address = std::array<unsigned char, 16>;
constexpr std::size_t MappedBits = 96;

struct Block {
    Address address{};
    std::size_t bits = 128; ///< how many of the first must be the same
};

std::optional<Address> parseAddress(std::string_view text)
{
    const std::string word(text);
    Address address{};
    if (::inet_pton(AF_INET6, word.c_str(), address.data()) == 1) return address;
    address[10] = address[11] = 0xFF;
    if (::inet_pton(AF_INET, word.c_str(), &address[12]) == 1) return address;
    return std::nullopt;
}

std::optional<Block> parseBlock(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = parseAddress(text.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash == text.npos) return Block{*address};
    const bool four = text.substr(0, slash).find(':') == text.npos;
    const auto bits = parseNumber(text.substr(slash + 1));
    if (!bits || *bits > (four ? 32 : 128)) return std::nullopt;
    return Block{*address, static_cast<std::size_t>(*bits) + (four ? MappedBits : 0)};
}

bool holds(const Block& block, const Address& address)
{
    const auto whole = block.bits / 8;
    if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole), block.address.begin()))
        return false;
    const auto rest = block.bits % 8;
    return rest == 0 || (address[whole] >> (8 - rest)) == (block.address[whole] >> (8 - rest));
}

// Takes ":PORT" off the end. False: the entry is for another port, or its port is none.
bool isForPort(std::string_view& entry, std::uint16_t port)
{
    const auto colon = entry.rfind(':');
    const bool unbracketedV6 = !entry.starts_with('[') && entry.find(':') != colon;
    if (colon != entry.npos && !unbracketedV6 && !entry.ends_with(']')) {
        if (parseNumber(entry.substr(colon + 1)) != port) return false;
        entry = entry.substr(0, colon);
    }
    if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
    return true;
}

bool isBelow(std::string_view host, std::string_view name)
{
    if (name.starts_with("*.")) name.remove_prefix(1);
    if (name.starts_with('.')) name.remove_prefix(1);
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || host.size() < name.size()) return false;
    const auto above = host.size() - name.size();
    return isSameWord(host.substr(above), name) && (above == 0 || host[above - 1] == '.');
}

bool names(std::string_view entry, std::string_view host, const std::optional<Address>& address, std::uint16_t port)
{
    if (entry == "*") return true;
    if (!isForPort(entry, port)) return false;
    if (const auto block = parseBlock(entry)) return address && holds(*block, *address);
    return !address && isBelow(host, entry);
}

} // namespace

bool isExempt(std::string_view list, const std::string& host, std::uint16_t port)
{
    const auto address = parseAddress(host);
    auto name = std::string_view(host);
    if (name.ends_with('.')) name.remove_suffix(1);
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(", \t"), list.size());
        const auto entry = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (!entry.empty() && names(entry, name, address, port)) return true;
    }
    return false;
}

} // namespace baton::transport
