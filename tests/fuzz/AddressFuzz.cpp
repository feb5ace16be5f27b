// What others say about where to go: an address prints and parses as itself, a redirect never leads from https to
// anything less or to another socket, and no_proxy and proxies take any text. What can be fetched the decoders of Omaha
// take as an address.
#include "client/transport/NoProxy.h"
#include "client/transport/Proxy.h"
#include "client/transport/Redirect.h"
#include "protocol/Address.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace baton::transport;

void demand(bool fine)
{
    if (!fine) std::abort();
}

void readAddress(std::string_view text)
{
    const auto url = parseUrl(text);
    if (!url) return;
    const auto again = parseUrl(print(*url));
    demand(again && *again == *url && isSameOrigin(*again, *url));
    demand(baton::protocol::isAddress(text));
    demand(url->target.starts_with('/') && (url->scheme == Scheme::Unix) == !url->socket.empty());
}

void goFrom(const char* from, std::string_view location)
{
    const auto start = parseUrl(from).value();
    const auto there = follow(start, location);
    if (!there) return;
    demand(there->scheme == Scheme::Https || (there->scheme == start.scheme && there->socket == start.socket));
    demand(parseUrl(print(*there)).value() == *there);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    readAddress(text);
    for (const auto* from : {"https://h:8443/a/b?c", "http://h/a/", "unix:/run/x.sock:/a/b"}) goFrom(from, text);
    const auto cut = text.find('\n');
    isExempt(text.substr(0, cut), cut == text.npos ? "10.1.2.3" : text.substr(cut + 1), 443);
    if (const auto proxy = parseProxy(text)) demand(proxy->port != 0 && !proxy->host.empty());
    return 0;
}
