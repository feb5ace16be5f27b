#include "client/transport/Redirect.h"

#include "client/core/Text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace baton::transport {
namespace {

// [RFC 3986, 5.2.4]
std::string withoutDots(std::string_view path)
{
    std::vector<std::string_view> kept;
    const auto parts = split(path.substr(1), '/');
    for (const auto part : parts) {
        if (part == ".." && !kept.empty()) kept.pop_back();
        if (part != "." && part != "..") kept.push_back(part);
    }
    const bool endsAsDirectory = parts.back() == "." || parts.back() == "..";
    std::string clean;
    for (const auto part : kept) (clean += '/') += part;
    return endsAsDirectory || clean.empty() ? clean + '/' : clean;
}

std::string targetOf(const Url& from, std::string_view reference)
{
    const auto old = std::string_view(from.target).substr(0, from.target.find('?'));
    const auto query = std::min(reference.find('?'), reference.size());
    const auto path = reference.substr(0, query);
    if (path.empty()) return std::string(old) + std::string(reference.substr(query));
    const auto base = path.starts_with('/') ? std::string_view() : old.substr(0, old.rfind('/') + 1);
    return withoutDots(std::string(base) + std::string(path)) + std::string(reference.substr(query));
}

// [RFC 3986, 5.2.2]
Result<Url> resolve(const Url& from, std::string_view reference)
{
    const auto colon = reference.find(':');
    if (colon != reference.npos && colon < reference.find_first_of("/?")) return parseUrl(reference);
    if (reference.starts_with("//"))
        return parseUrl(std::string(schemeName(from.scheme)) + ':' + std::string(reference));
    auto there = from;
    there.target = targetOf(from, reference);
    return parseUrl(print(there)); // Held against the same rules as any address.
}

bool mayGo(const Url& from, const Url& to)
{
    if (to.scheme == Scheme::Https) return true;
    return to.scheme == from.scheme && to.socket == from.socket;
}

} // namespace

bool isFollowed(int status, Method method)
{
    constexpr std::array keeping{307, 308};
    constexpr std::array any{301, 302, 303, 307, 308};
    if (method == Method::Post) return std::find(keeping.begin(), keeping.end(), status) != keeping.end();
    return std::find(any.begin(), any.end(), status) != any.end();
}

Result<Url> follow(const Url& from, std::string_view location)
{
    location = location.substr(0, location.find('#'));
    if (location.empty())
        return Failure{Category::Download, code::AnswerInvalid, "the server points elsewhere and does not say where"};
    auto to = resolve(from, location);
    if (!to)
        return Failure{Category::Download, code::AnswerInvalid, "the server points elsewhere: " + to.error().detail};
    if (mayGo(from, *to)) return to;
    return Failure{Category::Download, code::AnswerInvalid,
                   "the server points to " + shown(*to) + ", which is not followed: from " +
                       std::string(schemeName(from.scheme)) + " only to https or to the same"};
}

} // namespace baton::transport
