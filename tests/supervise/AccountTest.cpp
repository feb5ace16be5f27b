#include "client/supervise/Account.h"

#include <gtest/gtest.h>

namespace baton::supervise {
namespace {

constexpr os::ExitStatus Failed{false, 3};
constexpr os::ExitStatus Aborted{true, 6};

TEST(Account, KeepsWhatWasSaidLast)
{
    Account account;

    account.heard(*parseNotification("STATUS=warming up"));
    EXPECT_EQ(account.notified(), "");
    account.heard(*parseNotification("READY=1"));
    EXPECT_EQ(account.status(), "warming up");
    EXPECT_EQ(account.notified(), "ready");
    account.heard(*parseNotification("RELOADING=1\nMONOTONIC_USEC=5\nSTATUS="));
    EXPECT_EQ(account.status(), "");
    EXPECT_EQ(account.notified(), "reloading");
    account.heard(*parseNotification("READY=1"));
    EXPECT_EQ(account.notified(), "ready");
    account.heard(*parseNotification("STOPPING=1"));
    EXPECT_EQ(account.notified(), "stopping");
}

TEST(Account, TakesTheNumberOfConnectionsFromAStatusOfADrain)
{
    const auto left = [](const std::string& status) {
        Account account;
        account.heard(*parseNotification("STATUS=" + status));
        return account.connections();
    };

    EXPECT_EQ(left("draining 0"), 0);
    EXPECT_EQ(left("draining 12"), 12);
    EXPECT_EQ(left("draining 3 connections, 2 uploads"), 3);
    EXPECT_EQ(left("draining 3: two uploads, a chat"), 3);
    for (const auto* const none : {"", "draining", "draining ", "draining -1", "draining 3x", "draining soon",
                                   "draining 99999999999999999999", "not draining 3", "3"})
        EXPECT_EQ(left(none), std::nullopt) << none;
}

TEST(Account, SaysWhatLedToTheEnd)
{
    Account account;
    EXPECT_EQ(account.describeEnd(Failed), "ended with exit code 3");

    account.heard(*parseNotification("ERRNO=2"));
    EXPECT_EQ(account.describeEnd(Failed),
              "said ERRNO=2, No such file or directory (ENOENT), and ended with exit code 3");
    account.failedWatchdog(Duration(2000));
    EXPECT_EQ(account.describeEnd(Aborted),
              "missed its watchdog of 2s, said ERRNO=2, No such file or directory (ENOENT), and "
              "ended with signal 6 (SIGABRT)");
}

} // namespace
} // namespace baton::supervise
