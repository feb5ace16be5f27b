#include "client/loop/EventLoop.h"

#include "client/loop/Signals.h"
#include "client/os/Sockets.h"
#include "client/os/SystemClock.h"
#include "tests/support/FakeClock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

namespace baton::loop {
namespace {

using ::testing::ElementsAre;

constexpr Duration AtOnce{0};
constexpr Duration Second{1'000};

struct EventLoopTest : ::testing::Test {
    FakeClock clock;
    EventLoop loop{clock};
    std::vector<std::string> called;

    EventLoop::Callback note(const std::string& what)
    {
        return [this, what] { called.push_back(what); };
    }
};

TEST_F(EventLoopTest, CallsTimersInTheOrderInWhichTheyAreDue)
{
    const auto late = loop.after(Second * 2, note("late"));
    const auto early = loop.after(Second, note("early"));
    const auto never = loop.after(Second * 9, note("never"));

    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre());
    clock.advance(Second * 3);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("early", "late"));
    loop.turn(AtOnce);
    EXPECT_EQ(called.size(), 2U) << "a timer is due once";
}

TEST_F(EventLoopTest, ForgetsATimerWhoseRegistrationIsGone)
{
    {
        const auto gone = loop.after(Second, note("gone"));
    }
    auto replaced = loop.after(Second, note("old"));
    replaced = loop.after(Second, note("new"));
    clock.advance(Second);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("new"));
}

TEST_F(EventLoopTest, LetsATimerEndAnotherThatIsDueToo)
{
    Registration second;
    const auto first = loop.after(Second, [&] {
        called.emplace_back("first");
        second.reset();
    });
    second = loop.after(Second, note("second"));
    clock.advance(Second);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("first"));
}

TEST_F(EventLoopTest, CallsForAsLongAsADescriptorIsReadable)
{
    const auto [left, right] = os::packetPair();
    const auto watch = loop.whenReadable(left.get(), note("readable"));
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre());
    ASSERT_EQ(::send(right.get(), "x", 1, 0), 1);
    loop.turn(AtOnce);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("readable", "readable"));
}

TEST_F(EventLoopTest, CallsForAHangUpAndNotForWhatCanBeRead)
{
    auto [ours, theirs] = os::packetPair();
    const auto watch = loop.whenHungUp(ours.get(), note("hung up"));

    ASSERT_EQ(::send(theirs.get(), "x", 1, 0), 1);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre());
    theirs.reset();
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("hung up"));
}

TEST_F(EventLoopTest, TellsOfADeathBeforeWhatTheDeadSaid)
{
    const auto [left, right] = os::packetPair();
    const auto [otherLeft, otherRight] = os::packetPair();
    const auto ready = loop.whenReadable(left.get(), note("READY"));
    const auto death = loop.whenReadable(otherLeft.get(), note("death"), Priority::Death);
    ASSERT_EQ(::send(right.get(), "x", 1, 0), 1);
    ASSERT_EQ(::send(otherRight.get(), "x", 1, 0), 1);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("death", "READY"));
}

TEST_F(EventLoopTest, DoesNotCallWhatAnotherCallEnded)
{
    const auto [left, right] = os::packetPair();
    const auto [otherLeft, otherRight] = os::packetPair();
    auto ready = loop.whenReadable(left.get(), note("READY"));
    const auto death = loop.whenReadable(
        otherLeft.get(), [&] { ready.reset(); }, Priority::Death);
    ASSERT_EQ(::send(right.get(), "x", 1, 0), 1);
    ASSERT_EQ(::send(otherRight.get(), "x", 1, 0), 1);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre());
}

TEST_F(EventLoopTest, LetsACallEndItsOwnRegistration)
{
    const auto [left, right] = os::packetPair();
    Registration watch;
    watch = loop.whenReadable(left.get(), [&] {
        watch.reset();
        called.emplace_back("once");
    });
    ASSERT_EQ(::send(right.get(), "x", 1, 0), 1);
    loop.turn(AtOnce);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("once"));
}

TEST_F(EventLoopTest, SaysWhenATimerIsDueAndTakesOneThatWasSetElsewhere)
{
    const auto due = clock.now() + Second;
    auto timer = loop.at(due, note("timer"));
    const auto over = loop.at(clock.now() - Second, note("over"));
    const auto [one, other] = os::packetPair();
    const auto watch = loop.whenReadable(one.get(), [] {});

    EXPECT_EQ(timer.due(), due);
    EXPECT_EQ(watch.due(), std::nullopt);
    EXPECT_EQ(Registration().due(), std::nullopt);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("over"));
    EXPECT_EQ(over.due(), std::nullopt) << "it has come";
    clock.advance(Second);
    loop.turn(AtOnce);
    EXPECT_THAT(called, ElementsAre("over", "timer"));
}

TEST_F(EventLoopTest, RunsUntilItIsStoppedAndLetsExceptionsOut)
{
    auto stop = loop.after(AtOnce, [&] { loop.stop(); });
    loop.run();
    stop = loop.after(AtOnce, [] { throw std::runtime_error("out"); });
    EXPECT_THROW(loop.run(), std::runtime_error);
}

TEST(Signals, BecomeCallsOfTheLoop)
{
    const os::SystemClock clock;
    EventLoop loop(clock);
    std::vector<Arrived> came;
    sigset_t before;
    ::sigprocmask(SIG_SETMASK, nullptr, &before);
    {
        const Signals signals(loop, {SIGUSR1, SIGHUP}, [&](const Arrived& one) { came.push_back(one); });
        ::sigqueue(::getpid(), SIGUSR1, {.sival_int = 7});
        ::kill(::getpid(), SIGHUP);
        loop.turn(Second);
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ASSERT_EQ(came.size(), 2U);
    for (const auto& one : came) {
        EXPECT_FALSE(one.fromKernel);
        EXPECT_TRUE(one.fromUs);
        EXPECT_EQ(one.signal.value.has_value(), one.signal.number == SIGUSR1);
        EXPECT_THAT(one.signal.number, ::testing::AnyOf(SIGUSR1, SIGHUP));
    }
}

TEST_F(EventLoopTest, CallsAtTheEndOfATurnAfterAllThatItBrought)
{
    loop.atEndOfTurn(note("end"));
    const auto late = loop.after(Second, note("late"));
    const auto later = loop.after(Second, note("later"));
    clock.advance(Second);

    loop.turn(AtOnce);

    EXPECT_THAT(called, ElementsAre("late", "later", "end"));
}

TEST_F(EventLoopTest, DoesNotRunAtAllIfItWasStoppedBefore)
{
    loop.stop();
    loop.run();
    SUCCEED() << "it came back";
}

} // namespace
} // namespace baton::loop
