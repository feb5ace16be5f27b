#include "client/transport/Proxy.h"

#include "client/core/Text.h"
#include "client/transport/NoProxy.h"

#include <openssl/evp.h>

#include <algorithm>
#include <initializer_list>

namespace baton::transport {
namespace {

constexpr std::string_view Beginning = "http://";
constexpr std::string_view SocksWord = "socks"; // socks5, socks5h, socks4a …
constexpr std::size_t LongestUser = 1024;

Failure refuse(const std::string& why) { return Failure{Category::Download, code::Transfer, why}; }

std::optional<unsigned> hexDigit(char c)
{
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<std::string> percentDecoded(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        const auto high = i + 2 < text.size() ? hexDigit(text[i + 1]) : std::nullopt;
        const auto low = high ? hexDigit(text[i + 2]) : std::nullopt;
        if (!low) return std::nullopt;
        plain += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return plain;
}

std::string base64(const std::string& text)
{
    std::string code((text.size() + 2) / 3 * 4 + 1, '\0');
    const int length =
        ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(code.data()),
                          reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    code.resize(static_cast<std::size_t>(length));
    return code;
}

// "Basic …" of "USER:PASSWORD".  [RFC 7617]
std::optional<std::string> credentialsOf(std::string_view user)
{
    if (user.size() > LongestUser) return std::nullopt;
    const auto colon = std::min(user.find(':'), user.size());
    const auto name = percentDecoded(user.substr(0, colon));
    const auto password = percentDecoded(user.substr(std::min(colon + 1, user.size())));
    if (!name || !password || name->find(':') != std::string::npos) return std::nullopt;
    return "Basic " + base64(*name + ':' + *password);
}

} // namespace

std::string print(const Proxy& proxy)
{
    return (proxy.host.find(':') == std::string::npos ? proxy.host : '[' + proxy.host + ']') + ':' +
           std::to_string(proxy.port);
}

Result<Proxy> parseProxy(std::string_view text)
{
    if (const auto end = text.find("://"); end != text.npos) {
        if (!isSameWord(text.substr(0, end + 3), Beginning))
            return refuse(isSameWord(text.substr(0, SocksWord.size()), SocksWord)
                              ? "SOCKS proxies are not known here; give one that speaks HTTP, http://HOST:PORT, or none"
                              : "it is no http:// proxy, and others are not known here");
        text.remove_prefix(end + 3);
    }
    std::string credentials;
    if (const auto at = text.rfind('@'); at != text.npos) {
        const auto made = credentialsOf(text.substr(0, at));
        if (!made)
            return refuse("its user or password cannot be read: %, : and @ in them are written %25, %3A and %40");
        credentials = *made;
        text.remove_prefix(at + 1);
    }
    const auto url = parseUrl(std::string(Beginning) + std::string(text));
    if (!url || url->target != "/") return refuse("it is not http://HOST:PORT");
    return Proxy{url->host, url->port, std::move(credentials)};
}

Proxies::Proxies(std::string_view option, const char* const* environment)
{
    const auto variable = [&](std::initializer_list<std::string_view> names) {
        for (const auto name : names)
            for (const auto* entry = environment; entry != nullptr && *entry != nullptr; ++entry) {
                const std::string_view text = *entry;
                if (text.size() > name.size() + 1 && text.starts_with(name) && text[name.size()] == '=')
                    return Said{std::string(name), std::string(text.substr(name.size() + 1))};
            }
        return Said{};
    };
    exempt_ = variable({"no_proxy", "NO_PROXY"}).text;
    if (option == "none") return;
    if (!option.empty()) {
        http_ = https_ = Said{"--proxy", std::string(option)};
        return;
    }
    http_ = variable({"http_proxy", "all_proxy", "ALL_PROXY"});
    https_ = variable({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
}

Result<std::optional<Proxy>> Proxies::proxyFor(const Url& url) const
{
    const auto& said = url.scheme == Scheme::Https ? https_ : http_;
    if (said.text.empty() || isLoopback(url) || isExempt(exempt_, url.host, url.port)) return std::optional<Proxy>();
    auto proxy = parseProxy(said.text);
    if (!proxy)
        return Failure{Category::Download, code::Transfer, said.name + " cannot be used: " + proxy.error().detail};
    return std::optional(*proxy);
}

} // namespace baton::transport
