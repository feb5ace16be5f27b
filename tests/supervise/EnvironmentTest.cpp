#include "client/supervise/Environment.h"

#include "client/supervise/Settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace baton::supervise {
namespace {

using ::testing::ElementsAre;

constexpr std::array<const char*, 10> Given{"PATH=/bin",
                                            "BATON_SERVER=http://secret/",
                                            "LISTEN_FDS=1",
                                            "LISTEN_FDNAMES=web",
                                            "NOTIFY_SOCKET=/run/x",
                                            "WATCHDOG_USEC=1",
                                            "HOME=/root",
                                            "LANG=C",
                                            "BATONS=kept",
                                            nullptr};

TEST(Environment, OfTheProgramIsOursWithoutWhatBatonItselfWasTold)
{
    EXPECT_THAT(programEnvironment(Given.data()), ElementsAre("PATH=/bin", "HOME=/root", "LANG=C", "BATONS=kept"));
}

TEST(Environment, OfARoleIsShort) { EXPECT_THAT(roleEnvironment(Given.data()), ElementsAre("PATH=/bin", "LANG=C")); }

TEST(Environment, PutsTheReleaseWhereItIsNamed)
{
    EXPECT_THAT(withRelease({"{release}/run", "--dir={release}:{release}", "{other}"}, "/r/{release}"),
                ElementsAre("/r/{release}/run", "--dir=/r/{release}:/r/{release}", "{other}"));
    EXPECT_TRUE(namesRelease({"a", "b{release}"}));
    EXPECT_FALSE(namesRelease({"a", "{releases}"}));
}

TEST(Environment, FindsWhatIsToRun)
{
    const store::Release program{{"1.0.0", ""}, {}, "server"};
    const store::Release tree{{"1.0.0", ""}, {}, ""};

    EXPECT_EQ(executableOf({"./server", "-v"}, program, "/r"), "/r/server");
    EXPECT_EQ(executableOf({"{release}/bin/x"}, tree, "/r"), "/r/bin/x");
    EXPECT_EQ(executableOf({"sh", "{release}"}, tree, "/r").substr(0, 1), "/");
    EXPECT_EQ(executableOf({"there-is-no-such-program", "{release}"}, tree, "/r"), "");
}

} // namespace
} // namespace baton::supervise
