#include "client/transport/Proxy.h"

#include "client/core/ProxyVariables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

using namespace baton::transport;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

/// "HOST:PORT", "" for none, "?" for a failure.
std::string chosen(std::vector<const char*> environment, const std::string& url, const std::string& option = {})
{
    environment.push_back(nullptr);
    const auto proxy = Proxies(option, environment.data()).proxyFor(parseUrl(url).value());
    return !proxy ? "?" : *proxy ? print(**proxy) : "";
}

} // namespace

TEST(Proxy, IsAnHttpAddressWithOrWithoutItsScheme)
{
    EXPECT_EQ(parseProxy("http://proxy.example.org:3128").value(), (Proxy{"proxy.example.org", 3128}));
    EXPECT_EQ(parseProxy("HTTP://proxy/").value(), (Proxy{"proxy", 80}));
    EXPECT_EQ(parseProxy("proxy:3128").value(), (Proxy{"proxy", 3128}));
    EXPECT_EQ(print(parseProxy("http://[::1]:3128").value()), "[::1]:3128");
    for (const auto* text :
         {"", "http://", "socks5://p:1", "https://p:1", "http://p:0", "http://p/x", "p q", "http://%zz@p"})
        EXPECT_FALSE(parseProxy(text)) << text;
}

TEST(Proxy, SaysPlainlyThatItIsNoSocksProxy)
{
    for (const auto* text : {"socks5://p:1", "socks5h://p:1", "SOCKS4://p:1", "socks://u:pw@p"})
        EXPECT_THAT(parseProxy(text).error().detail, HasSubstr("SOCKS proxies are not known here; give one that"))
            << text;
    EXPECT_THAT(parseProxy("https://p:1").error().detail, HasSubstr("no http:// proxy"));
}

TEST(Proxy, KnowsTheUserAndNeverSaysThePassword)
{
    EXPECT_EQ(parseProxy("http://Aladdin:open%20sesame@p:1").value().credentials, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    EXPECT_EQ(parseProxy("user:p%40ss@p").value().credentials, "Basic dXNlcjpwQHNz");
    EXPECT_EQ(parseProxy("user@p").value().credentials, "Basic dXNlcjo=");
    EXPECT_EQ(print(parseProxy("http://user:s3cret@p:1").value()), "p:1");
    EXPECT_THAT(parseProxy("http://user:s3cret@p:x").error().detail, Not(HasSubstr("s3cret")));
}

TEST(Proxies, AreChosenByScheme)
{
    EXPECT_EQ(chosen({"https_proxy=s:1", "http_proxy=h:1"}, "https://e/"), "s:1");
    EXPECT_EQ(chosen({"https_proxy=s:1", "http_proxy=h:1"}, "http://e/"), "h:1");
    EXPECT_EQ(chosen({"all_proxy=a:1"}, "http://e/"), "a:1");
    EXPECT_EQ(chosen({"ALL_PROXY=a:1", "HTTPS_PROXY=s:1"}, "https://e/"), "s:1");
    EXPECT_EQ(chosen({"HTTPS_PROXY=u:1", "https_proxy=l:1"}, "https://e/"), "l:1");
    EXPECT_EQ(chosen({"https_proxy=", "all_proxy=a:1"}, "https://e/"), "a:1");
    EXPECT_EQ(chosen({"HTTP_PROXY=stranger:1"}, "http://e/"), "");
    EXPECT_EQ(chosen({"https_proxyx=s:1"}, "https://e/"), "");
}

TEST(Proxies, GiveWayToTheOptionAndToNoProxy)
{
    EXPECT_EQ(chosen({"https_proxy=s:1"}, "https://e/", "o:2"), "o:2");
    EXPECT_EQ(chosen({"https_proxy=s:1"}, "https://e/", "none"), "");
    EXPECT_EQ(chosen({"no_proxy=e"}, "https://e/", "o:2"), "");
    EXPECT_EQ(chosen({"NO_PROXY=e:443", "https_proxy=s:1"}, "https://e/"), "");
    EXPECT_EQ(chosen({"NO_PROXY=e:443", "https_proxy=s:1"}, "https://e:444/"), "s:1");
}

TEST(Proxies, AreNeverAskedForThisMachine)
{
    for (const auto* url : {"http://localhost:1/", "http://127.9.0.1/", "http://[::1]/", "unix:/run/x:/"})
        EXPECT_EQ(chosen({"all_proxy=a:1"}, url, "o:2"), "") << url;
}

TEST(Proxies, NameTheVariableThatCannotBeUsedAndNothingOfItsText)
{
    const char* const environment[] = {"all_proxy=socks5://me:s3cret@p:1", nullptr};

    const auto proxy = Proxies({}, environment).proxyFor(parseUrl("http://e/").value());

    ASSERT_FALSE(proxy);
    EXPECT_THAT(proxy.error().detail, HasSubstr("all_proxy"));
    EXPECT_THAT(proxy.error().detail, Not(HasSubstr("s3cret")));
}

TEST(Proxies, ReadNoVariableThatTheAgentIsNotGiven)
{
    EXPECT_EQ(std::count(baton::ProxyVariables.begin(), baton::ProxyVariables.end(), "HTTP_PROXY"), 0);
    for (const auto name : baton::ProxyVariables) {
        const auto text = std::string(name) + "=p:1";
        const bool exempts = name == "no_proxy" || name == "NO_PROXY";
        const auto https = chosen({text.c_str()}, "https://e/");
        const auto http = chosen({text.c_str()}, "http://e/");
        EXPECT_EQ(exempts, http.empty() && https.empty()) << name;
    }
}
