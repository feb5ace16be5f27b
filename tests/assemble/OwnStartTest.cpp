#include "client/assemble/OwnStart.h"

#include "client/core/ProductVersion.h"
#include "client/source/Source.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace baton::assemble {
namespace {

using ::testing::HasSubstr;

constexpr const char* Now = "2026-12-01T00:00:00Z";

store::ReleaseKey release(const std::string& version) { return {version, std::string(64, version.front())}; }

struct OwnStartTest : ::testing::Test {
    OwnStart decide(const std::string& installed = "0.1.0") const
    {
        return decideOwnStart(state, installed, Now, source::isNewer);
    }
    store::State state;
};

TEST_F(OwnStartTest, IsTheInstalledOneWhereThereIsNoOther)
{
    EXPECT_EQ(decide().release, std::nullopt);
    EXPECT_EQ(decide().state, state) << "and nothing is to be written down";
}

TEST_F(OwnStartTest, IsTheCommittedReleaseIfThatIsNewerAndIsCounted)
{
    state.current = release("2.0.0");

    const auto first = decide();
    EXPECT_EQ(first.release, state.current);
    EXPECT_EQ(first.state.crashes, (store::Crashes{*state.current, 1}));
    EXPECT_EQ(decide("2.0.0").release, std::nullopt);
    EXPECT_EQ(decide("2.1.0").release, std::nullopt) << "somebody has installed a newer one";
    EXPECT_EQ(decide("2.1.0").state.current, std::nullopt);
}

TEST_F(OwnStartTest, IsNotOneThatDidNotLastTwice)
{
    state.current = release("2.0.0");
    state = decide().state;
    state = decide().state;
    EXPECT_EQ(state.crashes->count, MostShortStarts);

    const auto third = decide();

    EXPECT_EQ(third.release, std::nullopt);
    EXPECT_TRUE(third.state.isBlocked(release("2.0.0")));
    EXPECT_EQ(third.state.current, std::nullopt);
    EXPECT_EQ(third.state.outcome->outcome, store::Outcome::RolledBack);
    EXPECT_THAT(third.why, HasSubstr("did not last a minute in 2 starts"));
    state = third.state;
    EXPECT_EQ(decide().release, std::nullopt) << "never again";
}

TEST_F(OwnStartTest, GoesBackToTheOneBeforeIfThatIsNewerThanTheInstalledOne)
{
    state.current = release("3.0.0");
    state.previous = release("2.0.0");
    state.crashes = store::Crashes{release("3.0.0"), MostShortStarts};

    EXPECT_EQ(decide().release, release("2.0.0"));
    EXPECT_EQ(decide().state.crashes, (store::Crashes{release("2.0.0"), 1}));
    EXPECT_EQ(decide("2.0.0").release, std::nullopt);
}

TEST_F(OwnStartTest, CountsOfAnotherReleaseMeanNothing)
{
    state.current = release("3.0.0");
    state.crashes = store::Crashes{release("2.0.0"), 7};

    EXPECT_EQ(decide().release, release("3.0.0"));
    EXPECT_EQ(decide().state.crashes->count, 1);
}

TEST(OwnSupervisor, IsFoundInTheStoreAndWrittenDownBeforeItStarts)
{
    const testing::TemporaryDirectory directory;
    const store::Store store(directory.path() / "self");
    KeptLog log;
    EXPECT_EQ(ownSupervisorToStart(store, source::isNewer, log), "") << "no store at all";
    store.create();
    const auto key = release("99.0.0");
    const auto place = store.releaseDirectory(key);
    std::filesystem::create_directories(place);
    std::ofstream(place / "baton-supervisor") << "#!/bin/sh\n";
    std::filesystem::permissions(place / "baton-supervisor", std::filesystem::perms::owner_all);
    std::ofstream(place / store::ReleaseFileName) << print(store::Release{key, {{"baton.tar", 5, key.sha256}}, ""});
    store::State state;
    state.current = key;
    store.save(state);

    EXPECT_EQ(ownSupervisorToStart(store, source::isNewer, log), place / "baton-supervisor");
    EXPECT_EQ(store.loadState()->crashes->count, 1);
    EXPECT_EQ(ownSupervisorToStart(store, source::isNewer, log), place / "baton-supervisor");
    EXPECT_EQ(ownSupervisorToStart(store, source::isNewer, log), "");
    EXPECT_TRUE(store.loadState()->isBlocked(key));
    EXPECT_EQ(ownSupervisorToStart(store, source::isNewer, log), "");
}

} // namespace
} // namespace baton::assemble
