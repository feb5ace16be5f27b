#include "client/control/Words.h"

#include <gtest/gtest.h>

namespace baton::control {
namespace {

using Kind = AgentNews::Kind;

const std::string Digest(64, 'a');

AgentNews news(Kind kind)
{
    AgentNews one;
    one.kind = kind;
    return one;
}

TEST(Words, CarryEachKindOfNews)
{
    auto downloaded = news(Kind::Downloaded);
    downloaded.version = "1.1.0";
    auto progress = downloaded;
    progress.kind = Kind::Progress;
    progress.word = "downloading";
    progress.bytes = 5;
    progress.size = 1'000'000'000'000;
    auto checked = news(Kind::Checked);
    checked.time = 1'700'000'000;
    checked.word = "failed";
    checked.detail = "connection refused by 127.0.0.1";
    auto failed = downloaded;
    failed.kind = Kind::Failed;
    failed.sha256 = Digest;
    failed.code = 28;
    failed.detail = "No space left on device";
    auto next = news(Kind::Next);
    next.time = 1'700'000'000;
    next.detail = "retry 3 after failures";

    auto waits = news(Kind::Waits);
    waits.time = 1'700'000'000;
    waits.detail = "the window opens";
    auto offered = news(Kind::Offered);
    offered.version = "1.1.0";
    offered.detail = "it waits for approval";

    auto untold = news(Kind::Untold);
    untold.events = 70;
    untold.lost = 3;

    for (const auto& one : {downloaded, progress, checked, failed, next, waits, offered, untold, news(Kind::Idle)})
        EXPECT_EQ(parseNews(print(one)), one) << print(one);
    EXPECT_EQ(print(progress), "progress 1.1.0 downloading 5 1000000000000");
}

TEST(Words, AreNotBelievedUnlessToTheLetter)
{
    for (const std::string text : {"",
                                   "nonsense",
                                   "idle ",
                                   "idle x",
                                   "next",
                                   "next ",
                                   "next x",
                                   "next -1",
                                   "next 1",
                                   "next  1",
                                   "Idle",
                                   "next 253402300800 why",
                                   "untold",
                                   "untold 1",
                                   "untold 1 -1",
                                   "untold 1 1 1",
                                   "next 99999999999999999999 why",
                                   "downloaded",
                                   "downloaded ../../etc",
                                   "downloaded 1.0\n0",
                                   "progress 1.0 Downloading 1 2",
                                   "progress 1.0 downloading 1",
                                   "progress 1.0 downloading 1 2 3"})
        EXPECT_FALSE(parseNews(text)) << text;
    EXPECT_FALSE(parseNews("failed 1.0 " + std::string(63, 'a') + " 1 why"));
    EXPECT_FALSE(parseNews("failed 1.0 " + Digest + " 0 why"));
    EXPECT_FALSE(parseNews("failed 1.0 " + Digest + " 99999999999 why"));
    EXPECT_FALSE(parseNews(std::string_view("idle\0", 5)));
    EXPECT_FALSE(parseNews("checked 1 noupdate " + std::string(LongestMessage, 'x')));
}

TEST(Words, HoldNoControlCharacterThatReachesALog)
{
    const auto parsed = parseNews("checked 1 failed two\nlines \x1b[31m");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->detail.find('\n'), std::string::npos);
    EXPECT_EQ(parsed->detail.find('\x1b'), std::string::npos);
}

TEST(Words, RingTheBell)
{
    for (const auto bell : {AgentBell::Check, AgentBell::Ask, AgentBell::Changed})
        EXPECT_EQ(parseBell(print(bell)), bell);
    EXPECT_FALSE(parseBell("check\n"));
    EXPECT_FALSE(parseBell(""));
}

} // namespace
} // namespace baton::control
