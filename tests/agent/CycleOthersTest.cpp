// More apps than the program's own in one request and one release.
// SPDX-License-Identifier: Apache-2.0
#include "tests/agent/CycleFixture.h"

namespace baton::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string Maps = "the maps";

struct CycleOthers : CycleTest {
    CycleOthers()
    {
        settings.others = {{"maps", "io.maps"}};
        transport.files[mapsUrl] = Maps;
    }

    source::Offer maps(const std::string& version = "7.0.0") const
    {
        return {version, {{"world.map", static_cast<std::int64_t>(Maps.size()), digestOf(Maps), {mapsUrl}}}};
    }

    // The release 1.1.0 runs, with the maps 7.0.0 in it.
    void installWithMaps()
    {
        const store::Release release{key,
                                     {{"web", static_cast<std::int64_t>(Bytes.size()), key.sha256},
                                      {"world.map", static_cast<std::int64_t>(Maps.size()), digestOf(Maps), "maps"}},
                                     "app",
                                     {{"maps", "io.maps", "7.0.0"}}};
        const auto place = store.releaseDirectory(key);
        std::filesystem::create_directories(place / "maps");
        os::writeDurably(place / store::ReleaseFileName, print(release));
        os::writeDurably(place / "maps" / "world.map", Maps);
        store.save(stateOf(key));
    }

    const std::string mapsUrl = "http://cdn.example/world.map";
};

TEST_F(CycleOthers, BringTheirPackagesIntoTheReleaseAndTellTheirOwnStory)
{
    source.answers = {offer()};
    source.otherAnswers = {maps()};

    live({[&] {
              store.save(stateOf({}, store::Install{key, store::InstallStep::Installed, 0}));
              return Heard::Changed;
          },
          [&] {
              const auto attempt = store.loadAttempt().value();
              EXPECT_EQ(attempt.packages.at(1).app, "maps");
              EXPECT_EQ(attempt.apps.at(0), (store::AttemptApp{{"maps", "io.maps", "7.0.0"}, "0.0.0"}));
              line(store::Outcome::Committed);
              installWithMaps();
              return Heard::Changed;
          },
          timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "io.maps 13/1", "14/1", "io.maps 14/1", "800/1",
                                          "io.maps 800/1", "3/2", "io.maps 3/2", "check"));
    EXPECT_EQ(source.events.back().previousVersion, "0.0.0");
    EXPECT_EQ(source.events.back().nextVersion, "7.0.0");
    EXPECT_EQ(source.events.back().version, "7.0.0");
    EXPECT_EQ(source.events[1].version, "0.0.0");
    EXPECT_THAT(source.otherVersions, ElementsAre("0.0.0", "7.0.0"));
    EXPECT_THAT(source.otherCohorts, ElementsAre("", "cohort of io.maps"));
    EXPECT_EQ(transport.asked, 2);
}

TEST_F(CycleOthers, BringWhatTheRunningReleaseHasWhenTheServerHasNothingNew)
{
    installWithMaps();
    auto next = offer("1.2.0");
    next.packages[0].sha256 = digestOf("another");
    next.packages[0].sizeBytes = 7;
    transport.files[url] = "another";
    source.answers = {next};

    live({});

    const auto attempt = store.loadAttempt().value();
    EXPECT_EQ(attempt.stage, store::AttemptStage::Downloaded);
    ASSERT_EQ(attempt.packages.size(), 2U);
    EXPECT_FALSE(attempt.apps.at(0).isNew());
    EXPECT_EQ(os::readWhole(store.downloads() / digestOf(Maps)), Maps);
    EXPECT_EQ(transport.asked, 1);
    EXPECT_THAT(source.heard, ElementsAre("check", "13/1", "14/1"));
}

TEST_F(CycleOthers, WaitForTheProgramsNextReleaseAndSaySoEachTime)
{
    installWithMaps();
    source.otherAnswers = {maps("8.0.0"), maps("8.0.0")};

    live({timePasses});

    EXPECT_THAT(source.heard, ElementsAre("check", "io.maps 3/9:36", "check", "io.maps 3/9:36"));
    EXPECT_EQ(source.events.back().previousVersion, "7.0.0");
    EXPECT_EQ(source.events.back().nextVersion, "8.0.0");
    EXPECT_FALSE(store.loadAttempt());
}

TEST_F(CycleOthers, HoldAReleaseUpThatWouldBeWithoutThem)
{
    source.answers = {offer()};
    source.otherAnswers = {source::Refused{{Category::UpdateCheck, code::AnswerInvalid, "it knows no such app"}}};

    live({});

    EXPECT_THAT(source.heard, ElementsAre("check", "3/0:34"));
    EXPECT_THAT(wire.news, ::testing::Contains(::testing::Field(
                               &AgentNews::detail, HasSubstr("its app maps brings nothing: it knows no such app"))));
    EXPECT_FALSE(store.loadAttempt());
}

TEST_F(CycleOthers, TellTheFailureOfTheReleaseTheyWereIn)
{
    source.answers = {offer()};
    source.otherAnswers = {maps()};

    live({[&] {
        line(store::Outcome::Refused, code::CandidateFailed);
        return Heard::Changed;
    }});

    EXPECT_THAT(source.heard,
                ElementsAre("check", "13/1", "io.maps 13/1", "14/1", "io.maps 14/1", "3/0:5", "io.maps 3/0:5"));
    EXPECT_EQ(source.events.back().version, "0.0.0");
}

TEST_F(CycleOthers, AreGivenBackWhenTheReleaseIsNotTaken)
{
    installWithMaps();
    source.answers = {offer("1.0.5")};
    source.otherAnswers = {maps("8.0.0")};

    live({});

    EXPECT_THAT(source.heard, ElementsAre("check", "3/9:35", "io.maps 3/9:36"));
}

TEST_F(CycleOthers, AreToldWhenTheirOfferIsUnusable)
{
    source.otherAnswers = {source::Unusable{"8.0.0", {Category::UpdateCheck, code::VerificationFailed, "no SHA-256"}}};

    live({});

    EXPECT_THAT(source.heard, ElementsAre("check", "io.maps 3/0:12"));
}

} // namespace
} // namespace baton::agent
