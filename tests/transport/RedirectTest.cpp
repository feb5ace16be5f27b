#include "client/transport/Redirect.h"

#include <gtest/gtest.h>

#include <array>

using namespace baton::transport;

namespace {

struct Step {
    const char* location;
    const char* there; ///< empty: it is not followed
};

std::string follow(const std::string& from, const std::string& location)
{
    const auto there = baton::transport::follow(parseUrl(from).value(), location);
    return there ? print(*there) : "";
}

} // namespace

TEST(Redirect, ReadsALocationAgainstTheAddressThatItCameFrom)
{
    constexpr std::array steps{Step{"https://e/x?y#z", "https://e/x?y"},
                               Step{"http://e", "http://e/"},
                               Step{"//e:8080/x", "http://e:8080/x"},
                               Step{"/x", "http://h:81/x"},
                               Step{"/a/../x/./y", "http://h:81/x/y"},
                               Step{"x", "http://h:81/a/b/x"},
                               Step{"../x", "http://h:81/a/x"},
                               Step{"../../../x", "http://h:81/x"},
                               Step{".", "http://h:81/a/b/"},
                               Step{"?q=2", "http://h:81/a/b/c?q=2"},
                               Step{"x?u=../../y", "http://h:81/a/b/x?u=../../y"}};

    for (const auto& step : steps)
        EXPECT_EQ(follow("http://h:81/a/b/c?q=1", step.location), step.there) << step.location;
}

TEST(Redirect, LeadsOnlyToHttpsOrToTheSameScheme)
{
    constexpr std::array fromHttps{Step{"http://h/", ""}, Step{"unix:/run/x:/", ""}, Step{"https://e/", "https://e/"}};
    for (const auto& step : fromHttps) EXPECT_EQ(follow("https://h/", step.location), step.there) << step.location;
    EXPECT_EQ(follow("http://h/", "unix:/run/docker.sock:/"), "");
    EXPECT_EQ(follow("http://h/", "file:///etc/passwd"), "");
    EXPECT_EQ(follow("http://h/", "javascript:x"), "");
    EXPECT_EQ(follow("http://h/", "http://u@e/"), "");
    EXPECT_EQ(follow("http://h/", "/a b"), "");
    EXPECT_EQ(follow("http://h/", "#x"), "");
    EXPECT_EQ(follow("http://h/", ""), "");
    EXPECT_EQ(follow("unix:/run/x:/a/b", "c"), "unix:/run/x:/a/c");
    EXPECT_EQ(follow("unix:/run/x:/a", "unix:/run/y:/a"), "");
    EXPECT_EQ(follow("unix:/run/x:/a", "http://h/"), "");
}

TEST(Redirect, KeepsAPostAPost)
{
    for (const int status : {301, 302, 303, 307, 308}) EXPECT_TRUE(isFollowed(status, Method::Get)) << status;
    for (const int status : {301, 302, 303}) EXPECT_FALSE(isFollowed(status, Method::Post)) << status;
    for (const int status : {307, 308}) EXPECT_TRUE(isFollowed(status, Method::Post)) << status;
    for (const int status : {200, 300, 304, 305, 306, 404}) EXPECT_FALSE(isFollowed(status, Method::Get)) << status;
}
