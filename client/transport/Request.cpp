#include "client/transport/Request.h"

#include "client/core/HostPort.h"
#include "client/core/ProductVersion.h"

namespace baton::transport {
namespace {

std::string header(std::string_view name, std::string_view value)
{
    return std::string(name).append(": ").append(value).append("\r\n");
}

std::string userAgent() { return header("User-Agent", "baton/" + std::string(productVersion())); }

std::string proxyAuthorization(const Proxy& proxy)
{
    return proxy.credentials.empty() ? std::string() : header("Proxy-Authorization", proxy.credentials);
}

} // namespace

std::string describe(const Question& question, const Url& url)
{
    return (question.method == Method::Post ? "post to " : "get ") + shown(url);
}

std::string requestText(const Question& question, const Url& url, const std::optional<Proxy>& proxy,
                        const std::string& authorization)
{
    const bool posts = question.method == Method::Post;
    const bool throughProxy = proxy && url.scheme == Scheme::Http; // Inside a tunnel no proxy reads it.
    auto text = (posts ? "POST " : "GET ") + (throughProxy ? print(url) : url.target) + " HTTP/1.1\r\n";
    text += header("Host", url.authority()) + userAgent() + header("Accept-Encoding", "identity");
    text += header("Connection", "close");
    if (throughProxy) text += proxyAuthorization(*proxy);
    if (!authorization.empty()) text += header("Authorization", authorization);
    for (const auto& [name, value] : question.headers) text += header(name, value);
    if (posts) text += header("Content-Length", std::to_string(question.body.size()));
    text += "\r\n";
    return posts ? text.append(question.body) : text;
}

std::string tunnelText(const Url& url, const Proxy& proxy)
{
    const auto where = print(HostPort{url.host, url.port});
    return "CONNECT " + where + " HTTP/1.1\r\n" + header("Host", where) + userAgent() + proxyAuthorization(proxy) +
           "\r\n";
}

} // namespace baton::transport
