#include "tests/agent/CycleFixture.h"

namespace baton::agent {
namespace {

using namespace std::chrono_literals;
using store::AttemptStage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// It is eight o'clock, and 1.0.0 runs.
class CycleWait : public CycleTest {
protected:
    CycleWait()
    {
        state.current = store::ReleaseKey{"1.0.0", std::string(64, 'a')};
        store.save(state);
        source.answers = {offer(), offer(), offer(), offer()};
    }

    static schedule::Openings at(const std::string& times) { return {{schedule::parseWindow(times).value()}, "UTC"}; }

    // The supervisor writes the line that the agent asked for.
    void writeWhatFails()
    {
        wire.onNews = [this](const AgentNews& news) {
            if (news.kind == AgentNews::Kind::Failed) line(store::Outcome::Failed, news.code);
        };
    }

    std::function<Heard()> changes(std::function<void(store::State&)> change)
    {
        return [this, change = std::move(change)] {
            change(state);
            store.save(state);
            return Heard::Changed;
        };
    }

    std::vector<std::string> details(AgentNews::Kind kind) const
    {
        std::vector<std::string> found;
        for (const auto& one : wire.news)
            if (one.kind == kind) found.push_back(one.detail);
        return found;
    }

    store::State state;
    const std::function<Heard()> itChanged = [] { return Heard::Changed; };
};

} // namespace

TEST_F(CycleWait, FetchesAtOnceAndHandsOverInItsWindow)
{
    settings.handOffWindows = at("10:00-12:00");

    live({timePasses,
          [&] {
              EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Waiting);
              EXPECT_THAT(words(AgentNews::Kind::Downloaded), IsEmpty());
              EXPECT_EQ(clock.elapsed, 1h);
              return Heard::Nothing;
          },
          timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "14/1", "check"));
    EXPECT_THAT(details(AgentNews::Kind::Waits).front(), HasSubstr("window"));
    EXPECT_EQ(words(AgentNews::Kind::Downloaded).front(), "1.1.0");
    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
    EXPECT_EQ(clock.elapsed, 3h);
}

TEST_F(CycleWait, SpreadsTheHandOffOverTheFirstHalfOfTheWindow)
{
    settings.handOffWindows = at("10:00-12:00");
    settings.interval = 24h;
    settings.jitter = 8h;
    live({});
    random.percent = 100;

    live({timePasses});

    EXPECT_EQ(clock.elapsed, 3h);
    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
}

TEST_F(CycleWait, InstallsNothingThatIsNoLongerOfferedWhenItsTimeHasCome)
{
    settings.handOffWindows = at("12:00-13:00");
    source.answers = {offer(), source::NoUpdate{}};
    writeWhatFails();

    live({timePasses, itChanged, timePasses, timePasses, timePasses, timePasses});

    EXPECT_THAT(source.heard,
                ElementsAre("check", "13/1", "14/1", "check", "3/0:36", "check", "check", "check", "check"));
    EXPECT_THAT(details(AgentNews::Kind::Failed), ElementsAre("1.1.0 is no longer offered while it waited"));
    EXPECT_THAT(words(AgentNews::Kind::Downloaded), IsEmpty());
    EXPECT_FALSE(store.loadAttempt());
}

TEST_F(CycleWait, TakesTheReleaseThatReplacesTheOneThatWaits)
{
    settings.handOffWindows = at("12:00-13:00");
    source.answers = {offer(), offer("1.2.0"), offer("1.2.0")};
    writeWhatFails();

    live({timePasses, itChanged, timePasses});

    EXPECT_THAT(details(AgentNews::Kind::Failed), ElementsAre("1.1.0 was replaced by 1.2.0 while it waited"));
    EXPECT_EQ(store.loadAttempt()->key.version, "1.2.0");
    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Waiting);
}

TEST_F(CycleWait, KeepsWhatWaitsWhileTheServerSaysNothingOfIt)
{
    settings.handOffWindows = at("10:00-12:00");
    source.answers = {offer(), source::Refused{{Category::UpdateCheck, code::AnswerInvalid, "it believes we update"}}};

    live({timePasses, timePasses});

    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
}

TEST_F(CycleWait, LetsAPersonPassTheWindow)
{
    settings.handOffWindows = at("10:00-12:00");
    settings.checkWindows = at("07:00-12:00");

    live({somebodyAsks});

    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
    EXPECT_EQ(clock.elapsed, 0h);
}

TEST_F(CycleWait, RemembersThatAPersonAskedOverACrash)
{
    settings.handOffWindows = at("10:00-12:00");
    live({});
    ASSERT_EQ(store.loadAttempt()->stage, AttemptStage::Waiting);
    auto attempt = *store.loadAttempt();
    attempt.atOnce = true;
    store.save(attempt);

    live({});

    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
}

TEST_F(CycleWait, PutsAnOfferOffDuringAHoldAndTakesItWhenThatEnds)
{
    state.hold = store::Hold{};
    store.save(state);

    live({timePasses, somebodyAsks, changes([](store::State& changed) { changed.hold.reset(); })});

    EXPECT_THAT(source.heard,
                ElementsAre("check", "3/9:36", "check", "3/9:36", "check!", "3/9:36", "check!", "13/1", "14/1"));
    EXPECT_THAT(words(AgentNews::Kind::Checked), ElementsAre("deferred", "deferred", "deferred", "update"));
    EXPECT_THAT(words(AgentNews::Kind::Offered), ElementsAre("1.1.0", "1.1.0", "1.1.0"));
    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
}

TEST_F(CycleWait, HoldsWhatIsThereAlreadyUntilTheTimeComes)
{
    settings.interval = 24h;
    settings.handOffWindows = at("10:00-12:00");

    live({changes([](store::State& changed) { changed.hold = store::Hold{"2027-01-15T11:00:00Z"}; }), timePasses});

    EXPECT_EQ(clock.elapsed, 3h);
    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
}

TEST_F(CycleWait, TakesWhatAPersonApproves)
{
    settings.needsApproval = true;

    live({timePasses, changes([](store::State& changed) { changed.approved = "1.0.5"; }),
          changes([](store::State& changed) { changed.approved = "1.1.0"; })});

    EXPECT_THAT(words(AgentNews::Kind::Checked), ElementsAre("deferred", "deferred", "deferred", "update"));
    EXPECT_THAT(details(AgentNews::Kind::Offered).front(), HasSubstr("baton approve 1.1.0"));
    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
}

TEST_F(CycleWait, ChecksAndFetchesOnlyInTheWindowForThat)
{
    settings.checkWindows = at("10:00-12:00");

    live({timePasses});

    EXPECT_EQ(clock.elapsed, 2h);
    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "14/1"));
}

TEST_F(CycleWait, GoesOnWithADownloadOfAnEarlierLifeInTheWindowForThat)
{
    settings.checkWindows = at("10:00-12:00");
    store::Attempt attempt{key, "1.0.0", AttemptStage::Downloading, {{"web", 20, key.sha256, {url}, {}}}, "{session}"};
    store.save(attempt);

    live({[&] {
        EXPECT_EQ(transport.asked, 0);
        EXPECT_THAT(details(AgentNews::Kind::Waits), ElementsAre("downloads wait for their window"));
        return Heard::Nothing;
    }});

    EXPECT_EQ(clock.elapsed, 2h);
    EXPECT_EQ(transport.asked, 1);
    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
}

TEST_F(CycleWait, LooksAtItsWindowAgainWhenTheClockIsSet)
{
    settings.handOffWindows = at("10:00-12:00");
    const auto setTheClock = [&] {
        clock.set = 2h;
        wire.passes = 0h;
        return Heard::Nothing;
    };

    live({setTheClock});

    EXPECT_EQ(store.loadAttempt()->stage, AttemptStage::Downloaded);
    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "14/1")) << "no check for a clock's sake";
}

TEST_F(CycleWait, ChecksInItsWindowAlsoWhenTheClockWasSetMeanwhile)
{
    // It begins at 08:00 of a Friday.
    settings.checkWindows = at("10:00-12:00");
    for (const auto step : {2h, 20h, -3h}) {
        source.heard.clear();
        source.answers.clear();
        clock.set = 0h;
        clock.elapsed = 0h;
        const auto setTheClock = [&] {
            clock.set = step;
            wire.passes = 0h;
            return Heard::Nothing;
        };

        live({setTheClock, timePasses, timePasses});

        EXPECT_THAT(source.heard, ::testing::Contains("check")) << step.count();
        EXPECT_LE(clock.elapsed, 25h);
        const auto hour = std::chrono::duration_cast<std::chrono::hours>(clock.wall().time_since_epoch()).count() % 24;
        EXPECT_TRUE(hour >= 10 && hour < 12) << hour << " with " << step.count();
    }
}

TEST_F(CycleWait, AsksNobodyForItsGroupOutsideOfItsWindowOrWhereItWasToStayAway)
{
    source.answers.clear();
    settings.checkWindows = at("10:00-12:00");
    live({[] { return Heard::Ask; }});
    EXPECT_TRUE(source.heard.empty());

    settings.checkWindows = {};
    source.retryAfter = "7200";
    source.answers = {source::NoUpdate{}};
    live({[] { return Heard::Ask; }});
    EXPECT_THAT(source.heard, ElementsAre("check")) << "the first one, and none for the group";

    source.heard.clear();
    clock.elapsed += 3h;
    live({[] { return Heard::Ask; }});
    EXPECT_THAT(source.heard, ElementsAre("check", "check"));
}

TEST_F(CycleWait, NeitherStormsNorSleepsWhenTheClockIsAYearOff)
{
    for (const auto step : {24h * 365, -24h * 365}) {
        source.heard.clear();
        source.answers.clear();
        const auto begun = clock.elapsed;
        const auto setTheClock = [&] {
            clock.set += step;
            wire.passes = 30min;
            return Heard::Nothing;
        };

        live({setTheClock, timePasses});

        EXPECT_THAT(source.heard, ElementsAre("check", "check"));
        EXPECT_EQ(clock.elapsed - begun, 1h);
    }
}

TEST_F(CycleWait, ChecksOnceAfterTheMachineSleptOverManyChecks)
{
    source.answers.clear();
    const auto sleeps = [&] {
        wire.passes = 24h * 30;
        return Heard::Nothing;
    };

    live({sleeps, timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "check", "check"));
    EXPECT_THAT(details(AgentNews::Kind::Next), ::testing::Contains("the machine slept over its time"));
    EXPECT_EQ(clock.elapsed, 24h * 30 + 1h);
}

TEST_F(CycleWait, APersonWaitsForNoServerThatAskedToStayAway)
{
    source.answers = {source::NoUpdate{}, source::NoUpdate{}};
    source.retryAfter = "86400";

    live({somebodyAsks, somebodyAsks});

    EXPECT_THAT(source.heard, ElementsAre("check", "check!", "check!"));
    EXPECT_EQ(clock.elapsed, Duration(0));
}

TEST_F(CycleWait, APersonWaitsForNoPackageServerThatAskedToStayAway)
{
    auto here = offer();
    here.packages.front().urls = {"https://cdn.example/web"};
    transport.files["https://cdn.example/web"] = Bytes;
    transport.busy = 2;
    source.answers = {here};

    live({timePasses, somebodyAsks});

    EXPECT_EQ(clock.elapsed, std::chrono::hours(1)) << "the first time nobody asks";
    EXPECT_EQ(transport.asked, 3);
    EXPECT_EQ(words(AgentNews::Kind::Downloaded).front(), "1.1.0");
}

} // namespace baton::agent
