#include "client/transport/Url.h"

#include "client/core/Text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>

namespace baton::transport {
namespace {

constexpr std::size_t LongestUrl = 2048;
constexpr std::string_view HostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
constexpr std::string_view Ipv6Characters = "0123456789abcdefABCDEF:.";
constexpr std::string_view UnixBeginning = "unix:";
constexpr std::size_t LongestSocket = 107; // sun_path and its zero.  [unix(7)]

constexpr std::uint16_t defaultPort(Scheme scheme) { return scheme == Scheme::Https ? 443 : 80; }

Failure refuse(std::string_view text, std::string_view why)
{
    return Failure{Category::Download, code::AnswerInvalid,
                   "the address \"" + escaped(text) + "\" cannot be used: " + std::string(why)};
}

// Says nothing of the text: a password may stand in it.
Failure refuseUser(Scheme scheme)
{
    return refuse(std::string(schemeName(scheme)) + "://USER@...",
                  "it has a user name; credentials come from --authorization-file");
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

// "unix:/run/x.sock:/v1/update/": a colon parts socket and target, as nginx has it.
Result<Url> parseUnix(std::string_view text)
{
    auto rest = text.substr(UnixBeginning.size());
    const auto end = std::min(rest.find(':'), rest.size());
    Url url{Scheme::Unix, "localhost", 0, "/", std::string(rest.substr(0, end))};
    if (!url.socket.starts_with('/')) return refuse(text, "its socket is no absolute path");
    if (url.socket.size() > LongestSocket) return refuse(text, "its socket's path is longer than 107 bytes");
    if (end == rest.size()) return url;
    url.target = rest.substr(end + 1);
    if (!url.target.starts_with('/')) return refuse(text, "what stands behind its socket does not begin with /");
    return url;
}

} // namespace

std::string Url::authority() const
{
    if (scheme == Scheme::Unix) return host;
    auto text = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != defaultPort(scheme)) text += ':' + std::to_string(port);
    return text;
}

std::string print(const Url& url)
{
    if (url.scheme == Scheme::Unix) return std::string(UnixBeginning) + url.socket + ':' + url.target;
    return std::string(schemeName(url.scheme)) + "://" + url.authority() + url.target;
}

std::string shown(const Url& url)
{
    const auto text = print(url);
    const auto query = text.find('?');
    return escaped(text.substr(0, query)) + (query == std::string::npos ? "" : "?...");
}

std::string_view schemeName(Scheme scheme)
{
    switch (scheme) {
    case Scheme::Http: return "http";
    case Scheme::Https: return "https";
    case Scheme::Unix: break;
    }
    return "unix";
}

Result<Url> parseUrl(std::string_view text)
{
    if (text.size() > LongestUrl) return refuse(text, "it is longer than 2048 bytes");
    if (!isPrintable(text)) return refuse(text, "it has a blank, a backslash or a character that is no ASCII");
    if (text.find('#') != text.npos) return refuse(text, "it has a fragment (#)");
    if (text.starts_with(UnixBeginning)) return parseUnix(text);
    auto rest = text;
    const auto scheme = takeScheme(rest);
    if (!scheme) return refuse(text, "it does not begin with http://, https:// or unix:/");
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    auto authority = rest.substr(0, end);
    Url url{*scheme, {}, 0, std::string(rest.substr(end))};
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    if (authority.find('@') != authority.npos) return refuseUser(*scheme);
    if (!takeHost(url, authority)) return refuse(text, "its host is no name and no address");
    if (!takePort(url, authority)) return refuse(text, "its port is no number of 1-65535");
    return url;
}

bool isSameWord(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool isSameOrigin(const Url& a, const Url& b)
{
    return a.scheme == b.scheme && a.port == b.port && a.socket == b.socket && isSameWord(a.host, b.host);
}

bool isLoopback(const Url& url)
{
    if (url.scheme == Scheme::Unix || isSameWord(url.host, "localhost")) return true;
    in_addr four{};
    if (::inet_pton(AF_INET, url.host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24U == 127;
    in6_addr six{};
    return ::inet_pton(AF_INET6, url.host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

} // namespace baton::transport
