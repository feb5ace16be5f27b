#include "client/transport/Url.h"

#include <gtest/gtest.h>

using baton::transport::parseUrl;
using baton::transport::print;
using baton::transport::Scheme;
using baton::transport::Url;

TEST(Url, IsSplitWithoutDecodingAnything)
{
    const auto url = parseUrl("https://cdn.example.com:8443/a%2fb/..%2e/c?sig=x%20y&z=/");

    ASSERT_TRUE(url);
    EXPECT_EQ(*url, (Url{Scheme::Https, "cdn.example.com", 8443, "/a%2fb/..%2e/c?sig=x%20y&z=/"}));
    EXPECT_EQ(print(*url), "https://cdn.example.com:8443/a%2fb/..%2e/c?sig=x%20y&z=/");
}

TEST(Url, KnowsTheSchemesOwnPortAndLeavesItOut)
{
    EXPECT_EQ(parseUrl("http://h/").value().port, 80);
    EXPECT_EQ(parseUrl("HTTPS://h/").value().port, 443);
    EXPECT_EQ(parseUrl("http://h:80/x").value().authority(), "h");
    EXPECT_EQ(parseUrl("http://h:443/x").value().authority(), "h:443");
    EXPECT_EQ(parseUrl("https://[::1]:8443/x").value().authority(), "[::1]:8443");
}

TEST(Url, WithoutAPathHasTheRoot)
{
    EXPECT_EQ(parseUrl("http://h").value().target, "/");
    EXPECT_EQ(parseUrl("http://h?a=b").value().target, "/?a=b");
}

TEST(Url, MayBeASocketOfThisMachine)
{
    const auto url = parseUrl("unix:/run/updates.sock:/v1/update/?a=b:c");

    ASSERT_TRUE(url);
    EXPECT_EQ(*url, (Url{Scheme::Unix, "localhost", 0, "/v1/update/?a=b:c", "/run/updates.sock"}));
    EXPECT_EQ(print(*url), "unix:/run/updates.sock:/v1/update/?a=b:c");
    EXPECT_EQ(parseUrl("unix:/run/updates.sock").value().target, "/");
    for (const auto* text :
         {"unix:", "unix:x.sock:/", "unix:/x:", "unix:/x:y", "unix:/x#y", "unix:/x y", "unix://h\\x"})
        EXPECT_FALSE(parseUrl(text)) << text;
    EXPECT_FALSE(parseUrl("unix:/" + std::string(107, 'x')));
    EXPECT_TRUE(parseUrl("unix:/" + std::string(106, 'x')));
}

TEST(Url, IsShownWithoutItsQuery)
{
    EXPECT_EQ(shown(parseUrl("https://cdn.example.org/p?Signature=s3cret").value()), "https://cdn.example.org/p?...");
    EXPECT_EQ(shown(parseUrl("https://cdn.example.org/p").value()), "https://cdn.example.org/p");
}

TEST(Url, WithAUserIsRefusedWithoutItsPassword)
{
    const auto url = parseUrl("https://me:s3cret@h/");

    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().detail.find("s3cret"), std::string::npos);
    EXPECT_NE(url.error().detail.find("--authorization-file"), std::string::npos);
}

TEST(Url, KnowsItsOriginAndThisMachine)
{
    using baton::transport::isLoopback;
    using baton::transport::isSameOrigin;
    const auto url = [](const char* text) { return parseUrl(text).value(); };
    EXPECT_TRUE(isSameOrigin(url("https://H/a"), url("https://h:443/b?c")));
    for (const auto* other : {"http://h/", "https://h:444/", "https://hh/", "https://x.h/"})
        EXPECT_FALSE(isSameOrigin(url("https://h/"), url(other))) << other;
    EXPECT_TRUE(isSameOrigin(url("unix:/x:/a"), url("unix:/x:/b")));
    EXPECT_FALSE(isSameOrigin(url("unix:/x:/a"), url("unix:/y:/a")));
    for (const auto* here : {"http://LOCALHOST/", "http://127.1.2.3/", "https://[::1]/", "unix:/x"})
        EXPECT_TRUE(isLoopback(url(here))) << here;
    for (const auto* there :
         {"http://128.0.0.1/", "http://[::2]/", "http://localhost.example.org/", "http://127.example.org/"})
        EXPECT_FALSE(isLoopback(url(there))) << there;
}

TEST(Url, RefusesWhatOthersReadInTwoWays)
{
    for (const auto* text : {"",
                             "h",
                             "http:/h",
                             "http:h",
                             "http:///x",
                             "ftp://h/",
                             "file:///etc/passwd",
                             "http://u@h/",
                             "http://h\\@e/",
                             "http:\\\\h/x",
                             "http://h/a b",
                             "http://h/\r\nEvil:1",
                             "http://h/#x",
                             "http://h:/",
                             "http://h:0/",
                             "http://h:65536/",
                             "http://h:+80/",
                             "http://h:080/",
                             "http://h:-1/",
                             "http://[::1/",
                             "http://[x]/",
                             "http://[]/",
                             "http://h\t/",
                             "http://h_x/",
                             "http://h/\x7f",
                             "http://h/\xc3\xa4"})
        EXPECT_FALSE(parseUrl(text)) << text;
    EXPECT_FALSE(parseUrl("http://h/" + std::string(2048, 'a')));
}
