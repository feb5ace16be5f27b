#include "tests/transport/Collector.h"
#include "tests/transport/TlsServer.h"
#include "tests/transport/TunnelProxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::transport;
using baton::testing::answer;
using baton::testing::Collector;
using baton::testing::quick;
using baton::testing::saying;
using baton::testing::ScriptedServer;
using baton::testing::TlsServer;
using baton::testing::TunnelProxy;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

/// Nobody has that name: who asks for it, asks the proxy.
constexpr const char* Name = "updates.invalid";

Proxies by(const std::string& variable)
{
    const char* const environment[] = {variable.c_str(), nullptr};
    return Proxies({}, environment);
}

Result<HttpReply> post(TransportSettings settings, const std::string& variable, const std::string& url)
{
    settings.proxies = by(variable);
    return PocoTransport(settings).post(parseUrl(url).value(), {}, "secret question");
}

} // namespace

TEST(Proxied, AnHttpServerIsAskedByItsWholeAddress)
{
    const ScriptedServer proxy(saying(answer("here")));

    const auto reply = post(quick(), "http_proxy=http://me:s3cret@127.0.0.1:" + std::to_string(proxy.port()),
                            "http://updates.invalid:8080/v1/update/?x");

    ASSERT_TRUE(reply) << reply.error().detail;
    const auto asked = proxy.requests().at(0);
    EXPECT_TRUE(asked.starts_with("POST http://updates.invalid:8080/v1/update/?x HTTP/1.1\r\n"));
    EXPECT_THAT(asked, HasSubstr("Host: updates.invalid:8080\r\n"));
    EXPECT_THAT(asked, HasSubstr("Proxy-Authorization: Basic bWU6czNjcmV0\r\n"));
}

TEST(Proxied, AnHttpsServerIsAskedThroughATunnelThatTheProxyCannotRead)
{
    const TlsServer server({"DNS:updates.invalid"});
    const TunnelProxy proxy(server.url().port);
    auto settings = server.settings();
    settings.proxies = by("https_proxy=" + proxy.url("me:s3cret"));

    const auto reply = PocoTransport(settings).post(server.url(Name), {}, "secret question");

    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->body, "hello");
    const auto where = "updates.invalid:" + std::to_string(server.url().port);
    EXPECT_TRUE(proxy.asked().at(0).starts_with("CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\n"));
    EXPECT_THAT(proxy.asked().at(0), HasSubstr("User-Agent: baton/"));
    EXPECT_THAT(proxy.asked().at(0), HasSubstr("Proxy-Authorization: Basic bWU6czNjcmV0\r\n"));
    EXPECT_THAT(proxy.asked().at(0), Not(HasSubstr("secret question")));
}

TEST(Proxied, TheServersNameIsCheckedAllTheSame)
{
    const TlsServer server({"DNS:other.invalid"});
    const TunnelProxy proxy(server.url().port);
    auto settings = server.settings();
    settings.proxies = by("https_proxy=" + proxy.url());

    EXPECT_THAT(PocoTransport(settings).post(server.url(Name), {}, "q").error().detail, HasSubstr("ostname mismatch"));
}

TEST(Proxied, AProxyThatRefusesIsNamedWithWhatToDo)
{
    for (const auto* const url : {"http://updates.invalid/", "https://updates.invalid/"}) {
        const ScriptedServer wants(
            saying("HTTP/1.1 407 Who\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nno!"));
        const auto where = "127.0.0.1:" + std::to_string(wants.port());
        EXPECT_THAT(post(quick(), "all_proxy=" + where, url).error().detail, HasSubstr("USER:PASSWORD@" + where))
            << url;
        const auto refused = post(quick(), "all_proxy=http://me:s3cret@" + where, url).error().detail;
        EXPECT_THAT(refused, HasSubstr("does not take the user and password"));
        EXPECT_THAT(refused, Not(HasSubstr("s3cret")));
        for (const auto& asked : wants.requests())
            EXPECT_EQ(asked.find("secret question") != asked.npos, url[4] == ':');
    }
    const ScriptedServer forbids(saying("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_THAT(post(quick(), "https_proxy=127.0.0.1:" + std::to_string(forbids.port()), "https://updates.invalid/")
                    .error()
                    .detail,
                HasSubstr("does not let us go there"));
}

TEST(Proxied, AProxyThatTalksOnWhereTheServerShouldIsNotBelieved)
{
    const ScriptedServer proxy(saying("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));

    const auto reply =
        post(quick(), "https_proxy=127.0.0.1:" + std::to_string(proxy.port()), "https://updates.invalid/");

    EXPECT_FALSE(reply);
}

TEST(Proxied, AProxyThatSaysNothingIsLeft)
{
    const ScriptedServer* there = nullptr;
    const ScriptedServer proxy([&](const auto&, const auto& say) {
        while (!there->isOver() && say("")) ::poll(nullptr, 0, 10);
    });
    there = &proxy;

    EXPECT_THAT(post(quick(), "https_proxy=127.0.0.1:" + std::to_string(proxy.port()), "https://updates.invalid/")
                    .error()
                    .detail,
                HasSubstr("no answer within 300ms"));
}

TEST(Proxied, ADownloadGoesThroughTheProxyTooAndItsRedirectsAreChosenAnew)
{
    const ScriptedServer direct(saying(answer("here")));
    const ScriptedServer proxy(saying(baton::testing::redirect(302, direct.url("/new"))));
    auto settings = quick();
    settings.proxies = by("http_proxy=127.0.0.1:" + std::to_string(proxy.port()));
    Collector collector;

    const auto result = PocoTransport(settings).get(parseUrl("http://packages.invalid/p").value(), {}, collector);

    EXPECT_TRUE(result) << result.error().detail; // This machine is asked directly.
    EXPECT_EQ(collector.bytes, "here");
}
