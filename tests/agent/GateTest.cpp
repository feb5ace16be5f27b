#include "client/agent/Gate.h"

#include "client/core/Timestamp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::agent {
namespace {

using ::testing::HasSubstr;

const WallTime Monday = parseTimestamp("2026-11-23T17:00:00Z").value();
const store::ReleaseKey Old{"1.0.0", std::string(64, 'a')};
const store::ReleaseKey New{"1.1.0", std::string(64, 'b')};

schedule::Openings nights() { return {{schedule::parseWindow("02:00-05:00").value()}, "UTC"}; }

struct Gate : ::testing::Test {
    Gate()
    {
        state.current = Old;
        attempt.key = New;
    }
    auto toTaking() const { return barToTaking(settings, state, New.version, Monday); }
    auto toFetching() const { return barToFetching(settings, state, attempt, Monday); }
    auto toHandOff() const { return barToHandOff(settings, state, attempt, Monday); }

    Settings settings;
    store::State state;
    store::Attempt attempt;
};

TEST_F(Gate, IsOpenWhereNobodySaysAnything)
{
    EXPECT_FALSE(toTaking());
    EXPECT_FALSE(toFetching());
    EXPECT_FALSE(toHandOff());
}

TEST_F(Gate, WaitsForTheProgramThatItsGroupFailedWith)
{
    auto failed = state;
    failed.setBack = store::SetBack{New, "api"};
    EXPECT_FALSE(makesWay(failed, state)) << "no person did that";
    EXPECT_FALSE(makesWay(state, failed));
    state = failed;

    EXPECT_THAT(toTaking()->why, HasSubstr("1.1.0 waits for another release of api"));
    EXPECT_FALSE(toTaking()->until);
    EXPECT_TRUE(toHandOff());
    state.setBack->key.version = "1.0.9"; // Another one is free.
    EXPECT_FALSE(toTaking());
}

TEST_F(Gate, WaitsForTheWindowOfTheHandOffAndFetchesMeanwhile)
{
    settings.handOffWindows = nights();

    EXPECT_FALSE(toTaking());
    EXPECT_FALSE(toFetching());
    EXPECT_EQ(toHandOff()->until, parseTimestamp("2026-11-24T02:00:00Z"));
}

TEST_F(Gate, WaitsForTheWindowOfDownloadsAndHandsOverMeanwhile)
{
    settings.checkWindows = nights();

    EXPECT_FALSE(toTaking());
    EXPECT_EQ(toFetching()->until, parseTimestamp("2026-11-24T02:00:00Z"));
    EXPECT_FALSE(toHandOff());
}

TEST_F(Gate, LetsAPersonPassTheWindowsButNoHold)
{
    settings.handOffWindows = nights();
    settings.checkWindows = nights();
    attempt.atOnce = true;
    EXPECT_FALSE(toFetching());
    EXPECT_FALSE(toHandOff());

    state.hold = store::Hold{};

    EXPECT_THAT(toHandOff()->why, HasSubstr("baton resume"));
    EXPECT_FALSE(toHandOff()->until);
}

TEST_F(Gate, HoldsUntilATime)
{
    state.hold = store::Hold{"2026-11-23T18:00:00Z"};
    EXPECT_EQ(toTaking()->until, parseTimestamp("2026-11-23T18:00:00Z"));
    EXPECT_TRUE(toHandOff());

    state.hold = store::Hold{"2026-11-23T17:00:00Z"};
    EXPECT_FALSE(toTaking());
    EXPECT_FALSE(toHandOff());
}

TEST_F(Gate, WantsTheApprovalOfThisVersion)
{
    settings.needsApproval = true;
    EXPECT_THAT(toTaking()->why, HasSubstr("baton approve 1.1.0"));
    EXPECT_TRUE(toHandOff()) << "the option was changed while it waited";

    state.approved = "1.0.9";
    EXPECT_TRUE(toTaking());

    state.approved = "1.1.0";
    EXPECT_FALSE(toTaking());
    EXPECT_FALSE(toHandOff());
}

TEST_F(Gate, LetsTheFirstReleaseOfAllInWithoutWindowAndApproval)
{
    settings.handOffWindows = nights();
    settings.checkWindows = nights();
    settings.needsApproval = true;
    state.current.reset();
    EXPECT_FALSE(toTaking());
    EXPECT_FALSE(toFetching());
    EXPECT_FALSE(toHandOff());

    state.hold = store::Hold{};

    EXPECT_TRUE(toTaking());
}

TEST_F(Gate, KnowsWhenAPersonHasMadeWay)
{
    store::State before;
    before.hold = store::Hold{};
    EXPECT_TRUE(makesWay(before, {}));
    EXPECT_FALSE(makesWay({}, before));
    EXPECT_FALSE(makesWay(before, before));

    store::State approved;
    approved.approved = "1.1.0";
    EXPECT_TRUE(makesWay({}, approved));
    EXPECT_FALSE(makesWay(approved, approved));
    EXPECT_FALSE(makesWay(approved, {}));
}

} // namespace
} // namespace baton::agent
