#include "client/supervise/Notification.h"

#include "client/core/Text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace baton::supervise {
namespace {

TEST(Notification, IsReadLineByLine)
{
    const auto one = parseNotification("STATUS=warming \x1b[31m\nREADY=1\nEXTEND_TIMEOUT_USEC=2500000\nX_UNKNOWN=1\n");
    ASSERT_TRUE(one);
    EXPECT_TRUE(one->ready);
    EXPECT_EQ(one->extend, Duration(2500));
    EXPECT_EQ(one->status->find('\x1b'), std::string::npos);
}

TEST(Notification, SaysAllThatAProgramMaySay)
{
    Notification all;
    all.ready = all.reloading = all.stopping = all.barrier = all.stores = all.removes = true;
    all.polls = false;
    all.status = "";
    all.extend = Duration(1);
    all.error = 98;
    all.mainPid = 4711;
    all.watchdog = WatchdogWord::Trigger;
    all.watchdogInterval = Duration(0);
    all.descriptorName = "client-1";

    EXPECT_EQ(parseNotification("READY=1\nRELOADING=1\nMONOTONIC_USEC=123\nSTOPPING=1\nBARRIER=1\nFDSTORE=1\n"
                                "FDSTOREREMOVE=1\nFDPOLL=0\nFDNAME=client-1\nSTATUS=\nEXTEND_TIMEOUT_USEC=1\n"
                                "ERRNO=98\nMAINPID=4711\nWATCHDOG=trigger\nWATCHDOG_USEC=0"),
              all);
    EXPECT_EQ(parseNotification("WATCHDOG=1")->watchdog, WatchdogWord::Alive);
}

TEST(Notification, IsNotReadyForWhatOnlyLooksLikeIt)
{
    for (const std::string text : {"", "READY", "READY=", "READY=0", "READY=11", "ready=1", " READY=1", "READY =1"})
        EXPECT_FALSE(parseNotification(text)->ready) << text;
    EXPECT_FALSE(parseNotification(std::string_view("READY=1\0", 8)));
    EXPECT_FALSE(parseNotification("READY=1\n\xff"));
    EXPECT_FALSE(parseNotification("READY=1\n" + std::string(5000, 'x')));
}

TEST(Notification, SaysNothingByAValueThatMakesNoSense)
{
    for (const std::string text :
         {"EXTEND_TIMEOUT_USEC=-1", "EXTEND_TIMEOUT_USEC=99999999999999999", "EXTEND_TIMEOUT_USEC=1s",
          "WATCHDOG_USEC=x", "WATCHDOG_USEC=86400000001", "WATCHDOG=0", "WATCHDOG=yes", "ERRNO=0", "ERRNO=-2",
          "ERRNO=4096", "MAINPID=0", "MAINPID=1", "MAINPID=-1", "MAINPID=4294967296", "FDPOLL=1", "FDSTORE=2"})
        EXPECT_EQ(parseNotification(text), Notification()) << text;
}

TEST(Notification, NamesADescriptorAsSystemdDoes)
{
    EXPECT_TRUE(isDescriptorName(std::string(255, 'x')));
    EXPECT_TRUE(isDescriptorName("a name"));
    const std::vector<std::string> none{"", std::string(256, 'x'), "a:b", "a\tb", "a\x7f", "\xc3\xa4"};
    for (const auto& text : none) EXPECT_FALSE(isDescriptorName(text)) << text;
    EXPECT_EQ(parseNotification("FDNAME=a:b")->descriptorName, "");
}

} // namespace
} // namespace baton::supervise
