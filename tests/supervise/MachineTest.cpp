#include "client/supervise/Machine.h"

#include "tests/support/FakeClock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace baton::supervise {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Writes down what it is asked for; refuses what a test names.
struct RecordedActions : Actions {
    std::vector<Effect> done;
    std::vector<Phase> phases;
    std::set<Effect> refused;

    bool perform(Effect effect) override
    {
        if (refused.count(effect) != 0) return false;
        done.push_back(effect);
        return true;
    }
    void entered(Phase phase, Event) override { phases.push_back(phase); }
};

constexpr PhaseTimes Times{Duration(60'000), Duration(10'000), Duration(20'000), Duration(5'000)};

struct MachineTest : ::testing::Test {
    FakeClock clock;
    RecordedActions actions;

    Machine machineIn(Phase phase) { return {clock, Times, actions, phase}; }
};

struct Row {
    Phase from;
    Event on;
    Phase to;
    std::vector<Effect> effects;
};

// What the documents promise, written down a second time and by hand: a changed table needs a changed promise.
const std::vector<Row> Promises{
    {Phase::Empty, Event::OfferBeside, Phase::StartingOnly, {Effect::StartCandidate}},
    {Phase::Empty, Event::OfferRestart, Phase::StartingOnly, {Effect::StartCandidate}},
    {Phase::Empty, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::StartingFirst, Event::Ready, Phase::Serving, {Effect::TakeOver}},
    {Phase::StartingFirst, Event::CandidateEnded, Phase::Stopping, {Effect::Exit}},
    {Phase::StartingFirst, Event::CrashLoop, Phase::RollingBack, {Effect::TakeBack, Effect::StartPrevious}},
    {Phase::StartingFirst, Event::Deadline, Phase::Stopping, {Effect::FailStart}},
    {Phase::StartingFirst, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::StartingOnly, Event::Ready, Phase::Serving, {Effect::Commit, Effect::TakeOver}},
    {Phase::StartingOnly, Event::CandidateEnded, Phase::Empty, {Effect::BlockCandidate}},
    {Phase::StartingOnly, Event::Deadline, Phase::Empty, {Effect::BlockCandidate, Effect::EndCandidate}},
    {Phase::StartingOnly, Event::Withdrawn, Phase::Empty, {Effect::BlockCandidate, Effect::LetCandidateGo}},
    {Phase::StartingOnly, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::Serving, Event::OfferBeside, Phase::StartingBeside, {Effect::StartCandidate}},
    {Phase::Serving, Event::OfferRestart, Phase::Switching, {Effect::DrainOld}},
    {Phase::Serving, Event::ServingEnded, Phase::Stopping, {Effect::Exit}},
    {Phase::Serving, Event::ServingFailed, Phase::Restarting, {Effect::RetryPrevious}},
    {Phase::Serving, Event::CrashLoop, Phase::RollingBack, {Effect::TakeBack, Effect::StartPrevious}},
    {Phase::Serving, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::StartingBeside, Event::Ready, Phase::ProbationBeside, {}},
    {Phase::StartingBeside, Event::CandidateEnded, Phase::Serving, {Effect::BlockCandidate}},
    {Phase::StartingBeside, Event::Deadline, Phase::Serving, {Effect::BlockCandidate, Effect::EndCandidate}},
    {Phase::StartingBeside, Event::Withdrawn, Phase::Serving, {Effect::BlockCandidate, Effect::LetCandidateGo}},
    {Phase::StartingBeside, Event::ServingEnded, Phase::StartingAlone, {}},
    {Phase::StartingBeside, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::ProbationBeside, Event::Deadline, Phase::ProbationAlone, {Effect::DrainOld}},
    {Phase::ProbationBeside, Event::CandidateEnded, Phase::Serving, {Effect::BlockCandidate}},
    {Phase::ProbationBeside, Event::Withdrawn, Phase::Serving, {Effect::BlockCandidate, Effect::LetCandidateGo}},
    {Phase::ProbationBeside, Event::ServingEnded, Phase::ProbationAlone, {}},
    {Phase::ProbationBeside, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::ProbationAlone, Event::Deadline, Phase::Serving, {Effect::Commit, Effect::TakeOver}},
    {Phase::ProbationAlone, Event::CandidateEnded, Phase::RollingBack, {Effect::BlockCandidate, Effect::StartPrevious}},
    {Phase::ProbationAlone,
     Event::CandidateEndedBesideStandBy,
     Phase::Resuming,
     {Effect::ResumeOld, Effect::BlockCandidate}},
    {Phase::ProbationAlone,
     Event::Withdrawn,
     Phase::RollingBack,
     {Effect::BlockCandidate, Effect::LetCandidateGo, Effect::StartPrevious}},
    {Phase::ProbationAlone,
     Event::WithdrawnBesideStandBy,
     Phase::Resuming,
     {Effect::ResumeOld, Effect::BlockCandidate, Effect::LetCandidateGo}},
    {Phase::ProbationAlone, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::Switching, Event::ServingEnded, Phase::StartingAlone, {Effect::StartCandidate}},
    {Phase::Switching, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::StartingAlone, Event::Ready, Phase::ProbationAlone, {}},
    {Phase::StartingAlone, Event::CandidateEnded, Phase::RollingBack, {Effect::BlockCandidate, Effect::StartPrevious}},
    {Phase::StartingAlone,
     Event::Deadline,
     Phase::RollingBack,
     {Effect::BlockCandidate, Effect::EndCandidate, Effect::StartPrevious}},
    {Phase::StartingAlone,
     Event::Withdrawn,
     Phase::RollingBack,
     {Effect::BlockCandidate, Effect::LetCandidateGo, Effect::StartPrevious}},
    {Phase::StartingAlone, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::Resuming, Event::Resumed, Phase::Serving, {Effect::OldServes}},
    {Phase::Resuming, Event::ServingEnded, Phase::RollingBack, {Effect::StartPrevious}},
    {Phase::Resuming, Event::Deadline, Phase::RollingBack, {Effect::EndOld, Effect::StartPrevious}},
    {Phase::Resuming, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::RollingBack, Event::Ready, Phase::Serving, {Effect::TakeOver}},
    {Phase::RollingBack, Event::CandidateEnded, Phase::RollingBack, {Effect::RetryPrevious}},
    {Phase::RollingBack, Event::Deadline, Phase::RollingBack, {Effect::EndCandidate, Effect::RetryPrevious}},
    {Phase::RollingBack, Event::GaveUp, Phase::Stopping, {Effect::Exit}},
    {Phase::RollingBack, Event::Stop, Phase::Stopping, {Effect::StopAll}},
    {Phase::Restarting, Event::Ready, Phase::Serving, {Effect::TakeOver}},
    {Phase::Restarting, Event::CandidateEnded, Phase::Restarting, {Effect::RetryPrevious}},
    {Phase::Restarting, Event::Deadline, Phase::Restarting, {Effect::EndCandidate, Effect::RetryPrevious}},
    {Phase::Restarting, Event::CrashLoop, Phase::RollingBack, {Effect::TakeBack, Effect::StartPrevious}},
    {Phase::Restarting, Event::GaveUp, Phase::Stopping, {Effect::Exit}},
    {Phase::Restarting, Event::Stop, Phase::Stopping, {Effect::StopAll}},
};

TEST_F(MachineTest, DoesInEachRowWhatIsPromised)
{
    ASSERT_EQ(Promises.size(), Rules.size());
    for (const auto& row : Promises) {
        actions = {};
        auto machine = machineIn(row.from);

        machine.post(row.on);

        EXPECT_EQ(machine.phase(), row.to) << publicName(row.from) << " on " << name(row.on);
        EXPECT_EQ(actions.done, row.effects) << publicName(row.from) << " on " << name(row.on);
    }
}

TEST_F(MachineTest, DoesNothingForAnEventThatComesLate)
{
    for (int phase = 0; phase <= static_cast<int>(Phase::Stopping); ++phase) {
        for (int event = 0; event <= static_cast<int>(Event::Stop); ++event) {
            const auto from = static_cast<Phase>(phase);
            const auto on = static_cast<Event>(event);
            if (ruleFor(from, on)) continue;
            actions = {};
            auto machine = machineIn(from);

            machine.post(on);

            EXPECT_EQ(machine.phase(), from);
            EXPECT_THAT(actions.done, IsEmpty()) << publicName(from) << " on " << name(on);
        }
    }
}

TEST_F(MachineTest, StaysWhereItIsWhenAStepCannotBeRecorded)
{
    auto machine = machineIn(Phase::ProbationBeside);
    actions.refused = {Effect::DrainOld};

    clock.advance(Times.probation);
    machine.tick();

    EXPECT_EQ(machine.phase(), Phase::ProbationBeside);
    EXPECT_THAT(actions.phases, IsEmpty());

    actions.refused.clear();
    clock.advance(2s);
    machine.tick();

    EXPECT_EQ(machine.phase(), Phase::ProbationAlone);
    EXPECT_THAT(actions.done, ElementsAre(Effect::DrainOld));
}

TEST_F(MachineTest, EndsEachTimedPhaseAtItsOwnTimeAndNotBefore)
{
    const std::vector<std::pair<Phase, Duration>> timed{{Phase::StartingFirst, Times.ready},
                                                        {Phase::StartingOnly, Times.ready},
                                                        {Phase::StartingBeside, Times.ready},
                                                        {Phase::StartingAlone, Times.ready},
                                                        {Phase::RollingBack, Times.ready},
                                                        {Phase::ProbationBeside, Times.probation},
                                                        {Phase::ProbationAlone, Times.probationAlone}};
    for (const auto& [phase, time] : timed) {
        actions = {};
        auto machine = machineIn(phase);
        ASSERT_EQ(machine.deadline(), clock.now() + time);

        clock.advance(time - 1ms);
        machine.tick();
        EXPECT_THAT(actions.done, IsEmpty()) << publicName(phase);

        clock.advance(1ms);
        machine.tick();
        EXPECT_FALSE(actions.done.empty()) << publicName(phase);
    }
}

// Somebody sets the clock by a day, there and back; a machine that slept has lost nothing of its time either, since the
// clock of the machine stands still then (CLOCK_MONOTONIC).
TEST_F(MachineTest, Fault24NeitherEndsNorLastsByTheCivilClock)
{
    constexpr Duration Day(24 * 3600 * 1000);
    for (const auto phase : {Phase::StartingFirst, Phase::StartingBeside, Phase::ProbationBeside, Phase::ProbationAlone,
                             Phase::StartingAlone, Phase::Resuming, Phase::RollingBack, Phase::Restarting}) {
        auto machine = machineIn(phase);
        const auto deadline = machine.deadline();
        ASSERT_TRUE(deadline);
        for (const auto step : {Day, -2 * Day, Day}) {
            clock.civil += step;
            machine.tick();
            EXPECT_EQ(machine.phase(), phase);
            EXPECT_EQ(machine.deadline(), deadline);
        }
        clock.civil -= Day;
        clock.instant = *deadline;
        machine.tick();
        EXPECT_TRUE(machine.phase() != phase || machine.deadline() != deadline);
    }
}

TEST_F(MachineTest, GivesAStartItsWholeTimeAfterThePauseBeforeIt)
{
    for (const auto phase : {Phase::Restarting, Phase::RollingBack}) {
        auto machine = machineIn(phase);
        machine.post(Event::CandidateEnded);
        EXPECT_EQ(machine.deadline(), std::nullopt) << "nothing runs that could be late";

        clock.advance(1h);
        machine.tick();
        machine.pauseIsOver();

        EXPECT_EQ(machine.phase(), phase);
        EXPECT_EQ(machine.deadline(), clock.now() + Times.ready);
    }
}

TEST_F(MachineTest, LetsUntimedPhasesLast)
{
    for (const auto phase : {Phase::Empty, Phase::Serving, Phase::Switching, Phase::Stopping})
        EXPECT_EQ(machineIn(phase).deadline(), std::nullopt) << publicName(phase);
}

TEST_F(MachineTest, WaitsLongerForReadinessWhenItIsAskedTo)
{
    auto machine = machineIn(Phase::StartingBeside);

    machine.extendTo(clock.now() + 5min);
    clock.advance(Times.ready);
    machine.tick();
    EXPECT_EQ(machine.phase(), Phase::StartingBeside);

    machine.extendTo(clock.now() + 1ms); // Never earlier than was granted.
    clock.advance(1min);
    machine.tick();
    EXPECT_EQ(machine.phase(), Phase::StartingBeside);

    clock.advance(3min);
    machine.tick();
    EXPECT_EQ(machine.phase(), Phase::Serving);
}

TEST_F(MachineTest, DoesNotExtendAProbation)
{
    auto machine = machineIn(Phase::ProbationBeside);

    machine.extendTo(clock.now() + 5min);

    EXPECT_EQ(machine.deadline(), clock.now() + Times.probation);
}

TEST_F(MachineTest, KeepsTheCandidatesTimeWhenTheOldOneDiesMeanwhile)
{
    auto machine = machineIn(Phase::StartingBeside);
    const auto deadline = machine.deadline();
    clock.advance(10s);

    machine.post(Event::ServingEnded);

    EXPECT_EQ(machine.phase(), Phase::StartingAlone);
    EXPECT_EQ(machine.deadline(), deadline);
}

TEST_F(MachineTest, TakesAGoodReleaseAllTheWay)
{
    auto machine = machineIn(Phase::Serving);

    machine.post(Event::OfferBeside);
    machine.post(Event::Ready);
    clock.advance(Times.probation);
    machine.tick();
    clock.advance(Times.probationAlone);
    machine.tick();

    EXPECT_THAT(actions.phases,
                ElementsAre(Phase::StartingBeside, Phase::ProbationBeside, Phase::ProbationAlone, Phase::Serving));
    EXPECT_THAT(actions.done, ElementsAre(Effect::StartCandidate, Effect::DrainOld, Effect::Commit, Effect::TakeOver));
}

TEST_F(MachineTest, NeverDrainsTheOldOneForACandidateThatDiesWithItsReadyOnTheWay)
{
    auto machine = machineIn(Phase::StartingBeside);

    machine.post(Event::CandidateEnded); // Death is dispatched first,
    machine.post(Event::Ready);          // and the READY of the dead comes late.
    clock.advance(1h);
    machine.tick();

    EXPECT_EQ(machine.phase(), Phase::Serving);
    EXPECT_THAT(actions.done, ElementsAre(Effect::BlockCandidate));
}

TEST_F(MachineTest, HandlesWhatAnActionPostsAfterTheStepItIsIn)
{
    struct PostingActions : RecordedActions {
        Machine* machine = nullptr;
        bool perform(Effect effect) override
        {
            if (effect == Effect::StartPrevious) machine->post(Event::CandidateEnded);
            return RecordedActions::perform(effect);
        }
    } posting;
    Machine machine(clock, Times, posting, Phase::ProbationAlone);
    posting.machine = &machine;

    machine.post(Event::CandidateEnded);

    EXPECT_THAT(posting.done, ElementsAre(Effect::BlockCandidate, Effect::StartPrevious, Effect::RetryPrevious));
    EXPECT_EQ(machine.phase(), Phase::RollingBack);
}

} // namespace
} // namespace baton::supervise
