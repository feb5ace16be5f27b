#include "client/transport/Url.h"

#include "client/core/Text.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>

namespace baton::transport {
namespace {

constexpr std::size_t LongestUrl = 2048;
constexpr std::string_view HostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
constexpr std::string_view Ipv6Characters = "0123456789abcdefABCDEF:.";

constexpr std::uint16_t defaultPort(Scheme scheme) { return scheme == Scheme::Https ? 443 : 80; }

Failure refuse(std::string_view text, std::string_view why)
{
    return Failure{Category::Download, code::AnswerInvalid,
                   "the address \"" + escaped(text) + "\" cannot be used: " + std::string(why)};
}

bool isPrintable(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
}

std::optional<Scheme> takeScheme(std::string_view& rest)
{
    const auto end = rest.find("://");
    if (end == rest.npos) return std::nullopt;
    std::string word(rest.substr(0, end));
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    rest.remove_prefix(end + 3);
    if (word == "http") return Scheme::Http;
    if (word == "https") return Scheme::Https;
    return std::nullopt;
}

// Takes the host and leaves ":PORT" or nothing in `rest`.
bool takeHost(Url& url, std::string_view& rest)
{
    const bool bracketed = rest.starts_with('[');
    const auto end = bracketed ? rest.find(']') : std::min(rest.find(':'), rest.size());
    if (end == rest.npos) return false;
    url.host = rest.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end);
    rest.remove_prefix(bracketed ? end + 1 : end);
    const auto allowed = bracketed ? Ipv6Characters : HostCharacters;
    return !url.host.empty() && url.host.size() <= 253 && url.host.find_first_not_of(allowed) == std::string::npos;
}

bool takePort(Url& url, std::string_view rest)
{
    url.port = defaultPort(url.scheme);
    if (rest.empty()) return true;
    if (!rest.starts_with(':')) return false;
    const auto port = parseNumber(rest.substr(1));
    if (!port || *port < 1 || *port > std::numeric_limits<std::uint16_t>::max()) return false;
    url.port = static_cast<std::uint16_t>(*port);
    return true;
}

} // namespace

std::string Url::authority() const
{
    auto text = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != defaultPort(scheme)) text += ':' + std::to_string(port);
    return text;
}

std::string print(const Url& url)
{
    return (url.scheme == Scheme::Https ? "https://" : "http://") + url.authority() + url.target;
}

Result<Url> parseUrl(std::string_view text)
{
    if (text.size() > LongestUrl) return refuse(text, "it is longer than 2048 bytes");
    if (!isPrintable(text)) return refuse(text, "it has a blank, a backslash or a character that is no ASCII");
    if (text.find('#') != text.npos) return refuse(text, "it has a fragment (#)");
    auto rest = text;
    const auto scheme = takeScheme(rest);
    if (!scheme) return refuse(text, "it does not begin with http:// or https://");
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    auto authority = rest.substr(0, end);
    Url url{*scheme, {}, 0, std::string(rest.substr(end))};
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    if (authority.find('@') != authority.npos) return refuse(text, "it has a user name");
    if (!takeHost(url, authority)) return refuse(text, "its host is no name and no address");
    if (!takePort(url, authority)) return refuse(text, "its port is no number of 1-65535");
    return url;
}

} // namespace baton::transport
