#include "client/supervise/HealthWatch.h"

#include "client/os/Process.h"
#include "client/supervise/Settings.h"
#include "tests/support/FakeClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Duration Step{10};
constexpr Duration ASecond{1'000};

// By a clock that stands still while a question is answered: what is left is when Baton asks, and how long it waits.
struct HealthWatchTest : ::testing::Test {
    HealthWatchTest()
    {
        settings.health.kind = HealthKind::Exec; // Interval and failures are those that hold when nobody says any.
        settings.health.target = "! [ -e " + sick().string() + " ]";
    }

    fs::path sick() const { return directory.path() / "sick"; }
    void becomeSick() const { std::ofstream(sick()) << "x"; }
    void begin()
    {
        watch.emplace(loop, log, settings, Patient{2, ""}, [this](const std::string& why) { found.push_back(why); });
    }

    // Who answers does so at once; who never does is not waited for.
    void pass(Duration time, bool answers)
    {
        for (const auto until = clock.now() + time; clock.now() < until && found.empty();) {
            clock.advance(Step);
            loop.turn(Duration(0));
            while (answers && !os::Child::known().empty()) loop.turn(ASecond);
        }
    }

    testing::TemporaryDirectory directory;
    FakeClock clock;
    loop::EventLoop loop{clock};
    KeptLog log;
    Settings settings;
    std::vector<std::string> found;
    std::optional<HealthWatch> watch;
};

TEST_F(HealthWatchTest, AsksOnAndOnWhereAllIsWell)
{
    begin();
    pass(10 * ASecond, true);
    EXPECT_THAT(found, IsEmpty());
    EXPECT_THAT(log.lines, IsEmpty());
}

// Whenever it becomes bad between two questions, or in the very moment of one.
TEST_F(HealthWatchTest, FindsWithinASecondWhoAnswersBadly)
{
    for (Duration after{0}; after <= settings.health.interval; after += Step) {
        fs::remove(sick());
        found.clear();
        begin();
        pass(settings.health.interval + after, true);
        ASSERT_THAT(found, IsEmpty()) << "it was well until now";
        const auto since = clock.now();

        becomeSick();
        pass(10 * ASecond, true);

        ASSERT_THAT(found, ElementsAre(HasSubstr("it failed 2 health questions in a row")));
        EXPECT_LE(clock.now() - since, 2 * settings.health.interval) << after.count();
    }
}

TEST_F(HealthWatchTest, FindsWithinASecondWhoNeverAnswers)
{
    settings.health.target += " || exec sleep 1000";
    for (Duration after{0}; after <= settings.health.interval; after += Step) {
        fs::remove(sick());
        found.clear();
        begin();
        pass(settings.health.interval + after, true);
        ASSERT_THAT(found, IsEmpty()) << "it was well until now";
        const auto since = clock.now();

        becomeSick();
        pass(10 * ASecond, false);

        ASSERT_THAT(found, ElementsAre(HasSubstr("it failed 2 health questions in a row")));
        EXPECT_LE(clock.now() - since, ASecond) << after.count();
        EXPECT_THAT(os::Child::known(), IsEmpty()) << "nothing of a question is left";
    }
    EXPECT_TRUE(log.has("no answer within 300ms"));
}

TEST_F(HealthWatchTest, ForgivesOneBadAnswer)
{
    begin();
    pass(settings.health.interval - Step, true);
    becomeSick();
    pass(settings.health.interval, true);
    EXPECT_EQ(watch->failures(), 1);
    fs::remove(sick());
    pass(10 * ASecond, true);
    EXPECT_THAT(found, IsEmpty());
    EXPECT_EQ(watch->failures(), 0);
}

TEST_F(HealthWatchTest, GoesOnWithWhatAnEarlierSupervisorHasSeen)
{
    becomeSick();
    watch.emplace(
        loop, log, settings, Patient{2, ""}, [this](const std::string& why) { found.push_back(why); }, 1);
    pass(settings.health.interval, true);
    EXPECT_THAT(found, ElementsAre(HasSubstr("it failed 2 health questions in a row")));
}

} // namespace
} // namespace baton::supervise
