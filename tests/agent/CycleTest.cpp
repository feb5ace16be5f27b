#include "client/agent/OutboxFile.h"
#include "tests/agent/CycleFixture.h"
#include "tests/support/KeptLog.h"

namespace baton::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(CycleTest, TellsAWholeUpdateInOrderAndOnce)
{
    source.answers = {offer()};

    live({[&] {
              store.save(stateOf({}, store::Install{key, store::InstallStep::Installed, 0}));
              return Heard::Changed;
          },
          [] { return Heard::Changed; },
          [&] {
              line(store::Outcome::Committed);
              store.save(stateOf(key));
              return Heard::Changed;
          },
          [] { return Heard::Changed; }, timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "14/1", "800/1", "3/2", "check"));
    EXPECT_THAT(source.versions, ElementsAre("1.0.0", "1.1.0"));
    EXPECT_EQ(source.events.back().previousVersion, "1.0.0");
    EXPECT_EQ(source.events.back().sessionId, source.events.front().sessionId);
    EXPECT_THAT(words(AgentNews::Kind::Downloaded), Contains("1.1.0"));
    EXPECT_THAT(words(AgentNews::Kind::Checked), ElementsAre("update", "noupdate"));
    EXPECT_FALSE(store.loadAttempt());
}

TEST_F(CycleTest, TellsARefusedReleaseWithItsCodeAndNeverFetchesItAgain)
{
    source.answers = {offer(), offer(), offer()};

    live({[&] {
              line(store::Outcome::Refused, code::CandidateFailed);
              store::State state;
              state.blocked.push_back({key, "died", "2026-11-23T17:00:00Z"});
              store.save(state);
              return Heard::Changed;
          },
          timePasses, timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "14/1", "3/0:5", "check", "3/9:35", "check"));
    EXPECT_EQ(transport.asked, 1);
}

TEST_F(CycleTest, GoesOnWithTheAttemptOfAnEarlierLifeBeforeAnyCheck)
{
    store.save(
        store::Attempt{key, "1.0.0", store::AttemptStage::Granted, {{"web", 20, key.sha256, {url}, {}}}, "{session}"});

    live({});

    EXPECT_THAT(source.heard, ElementsAre("13/1", "14/1"));
    EXPECT_EQ(source.events.front().sessionId, "{session}");
    EXPECT_EQ(os::readWhole(store.downloads() / key.sha256), Bytes);
    EXPECT_EQ(store.loadAttempt()->stage, store::AttemptStage::Downloaded);
}

TEST_F(CycleTest, RingsAgainForWhatWasDownloadedAndRepeatsNoEvent)
{
    source.answers = {offer()};
    live({});
    source.heard.clear();

    live({});

    EXPECT_THAT(source.heard, IsEmpty());
    EXPECT_THAT(words(AgentNews::Kind::Downloaded), Contains("1.1.0"));
    EXPECT_EQ(transport.asked, 1);
}

TEST_F(CycleTest, KeepsEventsUntilSomebodyAnswersAndSendsThemBeforeACheck)
{
    source.answers = {offer()};
    live({});
    source.isAway = true;
    line(store::Outcome::Committed);
    live({timePasses});
    source.isAway = false;
    source.heard.clear();

    live({timePasses});

    EXPECT_THAT(source.heard, ElementsAre("800/1", "3/2", "check"));
    EXPECT_EQ(source.ages.front(), std::chrono::seconds(0)) << "13/1 was sent when it happened";
    EXPECT_GE(source.ages.back(), std::chrono::minutes(1)) << "3/2 waited for a server";
}

TEST_F(CycleTest, AnEventThatIsNotTakenIsKeptAndHoldsNoMoreThanThreeContactsBack)
{
    source.answers = {offer()};
    live({});
    line(store::Outcome::Committed);
    source.takesNoEvent = true;
    source.heard.clear();

    live({}); // Two contacts: of what waits at its start, and of the first check.
    EXPECT_THAT(source.heard, IsEmpty());
    live({timePasses});
    EXPECT_THAT(source.heard, ElementsAre("check"));

    source.takesNoEvent = false;
    source.heard.clear();
    live({});
    EXPECT_THAT(source.heard, ElementsAre("800/1", "3/2", "check"));
}

TEST_F(CycleTest, BelievesAfterThreeContactsThatAServerProvesNoAnswerToAnEvent)
{
    source.answers = {offer()};
    source.provesNoEvent = true;
    live({});
    EXPECT_THAT(store.loadAttempt().value().stage, store::AttemptStage::Downloaded);
    line(store::Outcome::Committed);
    const auto waiting = [&] {
        return parseOutbox(os::readWhole(store.downloads() / "outbox.json").value()).waiting.size();
    };

    live({timePasses}); // Two contacts: of what waits at its start, and of a check.
    EXPECT_EQ(waiting(), 4U);
    live({timePasses, timePasses});
    EXPECT_EQ(waiting(), 0U);
}

TEST_F(CycleTest, SaysHowMuchAServerHasNotHeardThatTakesNoEventForMonths)
{
    Outbox full;
    for (std::size_t i = 0; i < MostOutcomes; ++i)
        full.waiting.push_back({3, 0, 10, "1.0.0", "1.0.0", "2.0." + std::to_string(i), "{s}"});
    os::writeDurably(store.downloads() / "outbox.json", print(full));
    const Failure why{Category::UpdateCheck, code::VerificationFailed, "no SHA-256"};
    source.takesNoEvent = true;
    source.answers = {source::Unusable{"3.0.0", why}, source::Unusable{"3.1.0", why}};
    KeptLog kept;
    wire.script.assign(8, timePasses); // Each third contact asks for an update all the same.

    Cycle(settings, {source, transport, store, clock, random, wire, kept}).run();

    AgentNews last;
    for (const auto& one : wire.news)
        if (one.kind == AgentNews::Kind::Untold) last = one;
    EXPECT_EQ(last.events, 256);
    EXPECT_EQ(last.lost, 2);
    EXPECT_THAT(
        kept.lines,
        Contains(HasSubstr("1 of the oldest will never be told; what was tried here is in baton history")).Times(2));
    EXPECT_EQ(parseOutbox(os::readWhole(store.downloads() / "outbox.json").value()).lost, 2);
}

TEST_F(CycleTest, EndsBeforeACheckThatOnlyAnotherProcessCanMake)
{
    bool isOutdated = false;
    wire.script = {[&] {
                       isOutdated = true;
                       return Heard::Check;
                   },
                   timePasses, timePasses};

    Cycle(settings, {source, transport, store, clock, random, wire, log}).run([&] { return isOutdated; });

    EXPECT_THAT(source.heard, ElementsAre("check", "check!")); // A person is answered all the same.
    EXPECT_EQ(wire.script.size(), 1U);
}

TEST_F(CycleTest, StaysAwayAsLongAsAServerAsksThatTakesNoEvent)
{
    settings.interval = std::chrono::minutes(1);
    source.answers = {offer()};
    live({});
    line(store::Outcome::Committed);
    source.takesNoEvent = true;
    source.retryAfterEvents = "7200";

    live({timePasses});

    EXPECT_EQ(clock.elapsed, std::chrono::hours(2));
}

TEST_F(CycleTest, KeepsToWhatACheckWasToldWhenAnEventBehindItIsNotTaken)
{
    settings.interval = std::chrono::minutes(1);
    source.retryAfter = "7200";
    source.answers = {offer()};
    source.takesNoEvent = true;

    live({timePasses});

    EXPECT_EQ(clock.elapsed, std::chrono::hours(2));
    EXPECT_THAT(words(AgentNews::Kind::Checked), ElementsAre("update", "update"))
        << "the check was fine, whatever became of the event";
}

TEST_F(CycleTest, AsksNoSoonerThanTheIntervalWhenAnEventIsTooMuchForTheServer)
{
    source.answers = {offer()};
    source.takesNoEvent = true;
    source.overloadedByEvents = true;

    live({timePasses});

    EXPECT_EQ(clock.elapsed, std::chrono::hours(1));
}

TEST_F(CycleTest, StaysAwayAlsoAfterAnEventBetweenTwoChecks)
{
    live({[&] { // Long after the first check, and long before the second.
              line(store::Outcome::RolledBack, code::RolledBack);
              source.takesNoEvent = true;
              source.retryAfterEvents = "36000";
              return Heard::Changed;
          },
          timePasses});

    EXPECT_EQ(clock.elapsed, std::chrono::hours(10));
}

TEST_F(CycleTest, HasWrittenDownWhatACheckWasToldBeforeItFetches)
{
    source.retryAfter = "7200";
    source.answers = {offer()};
    std::optional<schedule::Memory> memory;
    wire.onNews = [&](const AgentNews& one) {
        if (one.kind == AgentNews::Kind::Progress && !memory)
            memory = schedule::parseMemory(os::readWhole(store.downloads() / "schedule.json").value());
    };

    live({});

    ASSERT_TRUE(memory);
    EXPECT_EQ(memory->notBefore, clock.wall() + std::chrono::hours(2));
}

TEST_F(CycleTest, EndsAnAttemptThatWasLostForTheServer)
{
    source.answers = {offer()};
    transport.files.clear();
    wire.onNews = [&](const AgentNews& one) { // Killed in the download.
        if (one.kind == AgentNews::Kind::Progress) wire.script.push_back([] { return Heard::Gone; });
    };
    transport.busy = 1; // So that it waits.
    live({});
    wire.onNews = {};
    ASSERT_TRUE(store.loadAttempt());
    source.heard.clear();
    os::writeDurably(store.attemptFile(), "{");

    live({});

    EXPECT_THAT(source.heard, ElementsAre("3/0:1", "check"));
    EXPECT_EQ(source.events.back().nextVersion, "1.1.0");
    EXPECT_EQ(source.events.back().sessionId, source.events.front().sessionId);

    live({});
    EXPECT_THAT(source.heard, ElementsAre("3/0:1", "check", "check")) << "once";
}

TEST_F(CycleTest, ToldThatItUpdatesWhereNothingIsLeftOfThatItSaysSo)
{
    source::Refused refused{{Category::UpdateCheck, code::AnswerInvalid, "it believes that we update"}};
    refused.awaitsEvent = true;
    source.answers = {refused, refused};

    live({timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "3/0:1", "check"));
}

TEST_F(CycleTest, SendsBackWhatTheServerWantedToHearAgainAlsoAfterARestart)
{
    source::Remembered told;
    told.cohort = "1:2:";
    told.lastDay = 7265;
    source.tells = told;
    live({timePasses});
    source.tells.reset();
    live({timePasses});

    EXPECT_EQ(source.remembered.front(), source::Remembered());
    ASSERT_GE(source.remembered.size(), 3U);
    for (std::size_t i = 1; i < source.remembered.size(); ++i) EXPECT_EQ(source.remembered[i], told) << i;
}

TEST_F(CycleTest, GivesAnAttemptUpThatNobodyCanServeAndTellsTheEndFromTheHistory)
{
    source.answers = {offer()};
    transport.files.clear();
    wire.onNews = [&](const AgentNews& news) {
        if (news.kind == AgentNews::Kind::Failed) line(store::Outcome::Failed, news.code);
    };

    live({timePasses, timePasses, timePasses, [] { return Heard::Changed; }});

    EXPECT_THAT(words(AgentNews::Kind::Failed), ElementsAre("1.1.0"));
    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "3/0:9"));
    EXPECT_FALSE(store.loadAttempt());
}

TEST_F(CycleTest, EndsAnAttemptThatFailsLikeTheOneBeforeItWithoutALineOfItsOwn)
{
    source.answers = {offer()};
    transport.files.clear();
    line(store::Outcome::Failed, code::Transfer);

    live({timePasses, timePasses, timePasses, [] { return Heard::Changed; }});

    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "3/0:9"));
    EXPECT_FALSE(store.loadAttempt());
}

TEST_F(CycleTest, TakesNothingThatIsNotNewer)
{
    store.save(stateOf(store::ReleaseKey{"2.0.0", std::string(64, 'a')}));
    source.answers = {offer("1.9.9"), offer("2.0.0"), offer("2.0.0")};

    live({timePasses, timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "3/9:35", "check", "3/9:35", "check"));
    EXPECT_THAT(words(AgentNews::Kind::Checked), ElementsAre("noupdate", "noupdate", "noupdate"));
    EXPECT_EQ(transport.asked, 0);
}

TEST_F(CycleTest, ChecksAtOnceForAPerson)
{
    live({somebodyAsks, somebodyAsks});

    EXPECT_THAT(source.heard, ElementsAre("check", "check!", "check!"));
}

TEST_F(CycleTest, StaysAwayAsLongAsTheServerAsks)
{
    settings.interval = std::chrono::minutes(1);
    source.retryAfter = "7200";
    source.answers = {source::NoUpdate{}};

    live({timePasses});

    EXPECT_EQ(clock.elapsed, std::chrono::hours(2));
}

TEST_F(CycleTest, ShowsWhatAnybodyCouldHaveAskedAndDoesNotObeyIt)
{
    settings.interval = std::chrono::minutes(1);
    source.retryAfter = "7200";
    source.trusted = false;
    source.answers = {source::NoUpdate{}};

    live({timePasses});

    EXPECT_EQ(clock.elapsed, std::chrono::minutes(1));
}

TEST_F(CycleTest, BacksOffFromAServerThatHasTooMuchToDoHoweverWellItAnswers)
{
    source.overloaded = true;
    source.answers = {source::NoUpdate{}, source::NoUpdate{}, source::NoUpdate{}};

    live({timePasses, timePasses, timePasses});

    EXPECT_EQ(clock.elapsed, std::chrono::hours(3));
}

TEST_F(CycleTest, KeepsTheBackoffOverARestart)
{
    source.isAway = true;
    live({timePasses, timePasses});
    ASSERT_EQ(clock.elapsed, std::chrono::minutes(1 + 2));
    source.isAway = false;

    live({timePasses});

    EXPECT_EQ(clock.elapsed, std::chrono::minutes(1 + 2 + 4)) << "the third failure is waited for by the next process";
    EXPECT_THAT(source.heard, ElementsAre("check", "check", "check", "check"));
}

TEST_F(CycleTest, SaysWhenTheNextCheckComesAndWhyThen)
{
    source.isAway = true;

    live({});

    EXPECT_EQ(wire.news.back().kind, AgentNews::Kind::Next);
    EXPECT_EQ(wire.news.back().detail, "retry 1 after failures");
}

TEST_F(CycleTest, SurvivesADamagedAttemptAndOutbox)
{
    os::writeDurably(store.downloads() / "schedule.json", "{");
    os::writeDurably(store.attemptFile(), "{");
    os::writeDurably(store.downloads() / "outbox.json", "{\"format\":1}");

    live({});

    EXPECT_THAT(source.heard, ElementsAre("check"));
}

TEST_F(CycleTest, FetchesEveryRequiredPackageAsOneRelease)
{
    const std::string more = "what lies beside it";
    transport.files["http://cdn.example/more"] = more;
    auto several = offer();
    several.packages.push_back({"extra", 5, {}, {}, false});
    several.packages.push_back(
        {"more", static_cast<std::int64_t>(more.size()), digestOf(more), {"http://cdn.example/more"}});
    several.packages.push_back(
        {"again", static_cast<std::int64_t>(more.size()), digestOf(more), {"http://cdn.example/more"}});
    source.answers = {several};

    live({});

    const auto attempt = store.loadAttempt().value();
    EXPECT_EQ(attempt.stage, store::AttemptStage::Downloaded);
    ASSERT_EQ(attempt.packages.size(), 3U);
    EXPECT_EQ(attempt.packages[1].name, "more");
    EXPECT_EQ(attempt.packages[1].validator, "\"a\"");
    EXPECT_EQ(os::readWhole(store.downloads() / digestOf(more)), more);
    EXPECT_EQ(transport.asked, 2); // The same bytes come once.
    EXPECT_EQ(lastProgress().bytes, static_cast<std::int64_t>(Bytes.size() + 2 * more.size()));
    EXPECT_EQ(lastProgress().size, lastProgress().bytes);
    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "14/1"));
}

TEST_F(CycleTest, TellsWhyItCannotTakeAnOfferOfSeveralPackages)
{
    const auto with = [this](source::OfferedPackage package) {
        auto several = offer();
        several.packages.push_back(std::move(package));
        return several;
    };
    source.answers = {with({"web", 5, std::string(64, 'a'), {url}}), with({"..", 5, std::string(64, 'a'), {url}}),
                      with({"same", 5, key.sha256, {url}})};

    live({timePasses, timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "3/0:34", "check", "check"));
    EXPECT_EQ(transport.asked, 0);
    EXPECT_FALSE(store.loadAttempt());
}

TEST_F(CycleTest, FetchesNothingThatAnInstalledReleaseHas)
{
    const std::string shared = "the same in both releases";
    const auto digest = digestOf(shared);
    const store::Release old{
        {"1.0.5", digest}, {{"server", 25, digest}, {"words", 25, digest}, {"gone", 9, std::string(64, 'b')}}, "app"};
    std::filesystem::create_directory(store.releaseDirectory(old.key));
    os::writeDurably(store.releaseDirectory(old.key) / store::ReleaseFileName, print(old));
    os::writeDurably(store.releaseDirectory(old.key) / "app", shared);
    auto several = offer();
    several.packages.push_back({"words", 25, digest, {"http://cdn.example/nowhere"}});
    source.answers = {several};

    live({});

    EXPECT_EQ(transport.asked, 1);
    EXPECT_EQ(os::readWhole(store.downloads() / digest), shared);
    EXPECT_EQ(store.loadAttempt()->stage, store::AttemptStage::Downloaded);
}

TEST_F(CycleTest, RemembersOverARestartWhichAddressesFailed)
{
    store::AttemptPackage package{"web", 20, key.sha256, {"http://cdn.example/gone", url}, {}, {4}};
    store.save(store::Attempt{key, "1.0.0", store::AttemptStage::Downloading, {package}, "{session}"});

    live({});

    EXPECT_EQ(transport.asked, 1);
    EXPECT_EQ(store.loadAttempt()->stage, store::AttemptStage::Downloaded);
}

TEST_F(CycleTest, TakesAnOlderReleaseOnlyWhereItWasAskedFor)
{
    source.answers = {offer("0.9.0"), offer("0.9.0")};
    live({timePasses});
    EXPECT_THAT(source.heard, ElementsAre("check", "3/9:35", "check"));
    EXPECT_EQ(transport.asked, 0);

    settings.mayGoBack = true;
    source.answers = {offer("0.9.0")};
    live({});
    ASSERT_TRUE(store.loadAttempt());
    EXPECT_EQ(store.loadAttempt()->key.version, "0.9.0");
    EXPECT_EQ(transport.asked, 1);
}

TEST_F(CycleTest, TakesOtherBytesUnderTheSameVersionOnlyWhereItWasAskedFor)
{
    const store::Release here{{"1.0.0", std::string(64, 'a')}, {{"web", 20, std::string(64, 'a')}}, "app"};
    std::filesystem::create_directory(store.releaseDirectory(here.key));
    os::writeDurably(store.releaseDirectory(here.key) / store::ReleaseFileName, print(here));
    store.save(stateOf(here.key));
    source.answers = {offer("1.0.0")};
    live({});
    EXPECT_EQ(transport.asked, 0);

    settings.mayBeSame = true;
    settings.mayGoBack = false;
    source.answers = {offer("1.0.0")};
    live({});
    EXPECT_EQ(transport.asked, 1);
    EXPECT_EQ(store.loadAttempt()->key.sha256, key.sha256);
}

TEST_F(CycleTest, TakesTheVeryBytesThatRunNotAgain)
{
    const store::ReleaseKey same{"1.0.0", key.sha256};
    const store::Release here{same, {{"web", 20, key.sha256}}, "app"};
    std::filesystem::create_directory(store.releaseDirectory(same));
    os::writeDurably(store.releaseDirectory(same) / store::ReleaseFileName, print(here));
    store.save(stateOf(same));
    settings.mayBeSame = true;
    settings.mayGoBack = true;
    source.answers = {offer("1.0.0")};

    live({});

    EXPECT_EQ(transport.asked, 0);
    EXPECT_FALSE(store.loadAttempt());
}

TEST_F(CycleTest, TakesNoOtherPackagesUnderTheNameOfAnInstalledRelease)
{
    const store::Release here{key, {{"web", 20, key.sha256}}, "app"};
    std::filesystem::create_directory(store.releaseDirectory(key));
    os::writeDurably(store.releaseDirectory(key) / store::ReleaseFileName, print(here));
    auto changed = offer();
    changed.packages.push_back({"more", 4, std::string(64, 'a'), {url}});
    source.answers = {changed, offer()};

    live({timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "3/0:34", "check", "13/1", "14/1"));
}

} // namespace
} // namespace baton::agent
