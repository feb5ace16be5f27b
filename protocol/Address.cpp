#include "protocol/Address.h"

#include "protocol/Attributes.h"

#include <algorithm>

namespace baton::protocol {
namespace {

bool isPlain(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '\\' && c != '#'; });
}

} // namespace

bool isAddress(std::string_view text)
{
    if (!isPlain(text)) return false;
    if (text.starts_with("unix:/")) return true;
    const auto colon = std::min(text.find("://"), text.size());
    const auto scheme = text.substr(0, colon);
    if (!isWord(scheme, "http") && !isWord(scheme, "https")) return false;
    const auto rest = text.substr(std::min(colon + 3, text.size()));
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    return !authority.empty() && authority.front() != ':' && authority.find('@') == authority.npos;
}

} // namespace baton::protocol
