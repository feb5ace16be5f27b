#include "client/os/Account.h"

#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <unistd.h>

#include <csignal>
#include <functional>

namespace baton::os {
namespace {

constexpr Account Other{65534, 65534};

// In a process of its own, since there is no way back.
int inChild(const std::function<int()>& deed)
{
    const auto child = ::fork();
    if (child == 0) ::_exit(deed());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int signalAtParentsEnd()
{
    int signal = 0;
    ::prctl(PR_GET_PDEATHSIG, &signal);
    return signal;
}

TEST(Account, IsFoundByNameAndByNumber)
{
    EXPECT_EQ(findAccount("root"), (Account{0, 0}));
    EXPECT_EQ(findAccount("0"), (Account{0, 0}));
    for (const auto* name : {"no-such-user-here", "", "-1", "99999999999"}) EXPECT_EQ(findAccount(name), std::nullopt);
}

TEST(Account, IsAskedWhetherItCouldWriteBeforeAnybodyBecomesIt)
{
    if (::geteuid() != 0) GTEST_SKIP() << "NOT RUN: only root becomes somebody else";
    const testing::TemporaryDirectory directory; // Ours alone.

    EXPECT_EQ(inChild([&] {
                  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
                  const bool could = couldWrite(Other, directory.path());
                  return !could && ::geteuid() == 0 && signalAtParentsEnd() == SIGTERM ? 0 : 1;
              }),
              0);
    ASSERT_EQ(::chown(directory.path().c_str(), Other.user, Other.group), 0);
    EXPECT_EQ(inChild([&] { return couldWrite(Other, directory.path()) ? 0 : 1; }), 0);
}

TEST(Account, IsBecomeForGoodAndStillEndsWithItsParent)
{
    if (::geteuid() != 0) GTEST_SKIP() << "NOT RUN: only root becomes somebody else";

    EXPECT_EQ(inChild([] {
                  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
                  become(Other);
                  const bool isOther = ::getuid() == Other.user && ::getegid() == Other.group;
                  const bool hasNoGroups = ::getgroups(0, nullptr) == 0;
                  return isOther && hasNoGroups && ::setuid(0) != 0 && signalAtParentsEnd() == SIGTERM ? 0 : 1;
              }),
              0);
}

} // namespace
} // namespace baton::os
