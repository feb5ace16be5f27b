#include "client/assemble/FirstRelease.h"

#include "client/assemble/UsageError.h"
#include "tests/stage/Scratch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::assemble {
namespace {

using stage::KeptLog;
using stage::Scratch;
using testing::Contains;
using testing::HasSubstr;

/// Enough of an order for versions of one digit each.
bool isNewer(const std::string& left, const std::string& right) { return left > right; }

Given given(const std::string& version, const std::filesystem::path& source = "/bin/server")
{
    return {version, source, false};
}

TEST(FirstRelease, FillsAnEmptyStoreWithWhatIsGiven)
{
    EXPECT_EQ(decideFirst(given("1.0.0"), {}, false, isNewer), FirstStep::TakeIn);
    EXPECT_EQ(decideFirst({"1.0.0", {}, true}, {}, false, isNewer), FirstStep::StayEmpty);
    EXPECT_THROW(decideFirst(given(""), {}, false, isNewer), UsageError);
}

TEST(FirstRelease, PrefersTheStoreUnlessTheGivenIsAboveAllThatItHolds)
{
    EXPECT_EQ(decideFirst(given("1.2.0"), {"1.0.0", "1.1.0"}, true, isNewer), FirstStep::TakeIn);
    EXPECT_EQ(decideFirst(given("1.1.0"), {"1.0.0", "1.1.0"}, true, isNewer), FirstStep::KeepStore);
    EXPECT_EQ(decideFirst(given("1.0.5"), {"1.0.0", "1.1.0"}, true, isNewer), FirstStep::KeepStore);
    EXPECT_EQ(decideFirst(given(""), {"1.0.0"}, true, isNewer), FirstStep::KeepStore);
    EXPECT_EQ(decideFirst({"9.0.0", {}, true}, {"1.0.0"}, true, isNewer), FirstStep::KeepStore);
}

class PreparedStore : public testing::Test {
protected:
    PreparedStore() { store.create(); }

    Scratch scratch;
    store::Store store{scratch.path() / "state"};
    KeptLog log;
};

TEST_F(PreparedStore, HoldsTheProgramAsItsCurrentRelease)
{
    const auto program = scratch.write("server", "#!/bin/sh\n", 0755);

    prepareFirst(store, given("1.0.0", program), isNewer, log);

    const auto state = store.loadState();
    ASSERT_TRUE(state && state->current);
    EXPECT_EQ(state->current->version, "1.0.0");
    EXPECT_TRUE(store.loadRelease(*state->current));
    EXPECT_TRUE(std::filesystem::exists(store.root() / "current/server"));
}

TEST_F(PreparedStore, RemembersWhatRanBeforeSomebodyUpgradedByOtherMeans)
{
    prepareFirst(store, given("1.0.0", scratch.write("server", "#!/bin/sh\n", 0755)), isNewer, log);

    prepareFirst(store, given("1.1.0", scratch.write("server", "#!/bin/sh\n#\n", 0755)), isNewer, log);

    const auto state = store.loadState();
    EXPECT_EQ(state->current->version, "1.1.0");
    EXPECT_EQ(state->previous->version, "1.0.0");
}

TEST_F(PreparedStore, WinsOverAnOlderVersionAndSaysSo)
{
    const auto program = scratch.write("server", "#!/bin/sh\n", 0755);
    prepareFirst(store, given("1.1.0", program), isNewer, log);

    prepareFirst(store, given("1.0.0", program), isNewer, log);

    EXPECT_EQ(store.loadState()->current->version, "1.1.0");
    EXPECT_THAT(log.lines, Contains(HasSubstr("--app-version 1.0.0 is not above all")));
}

TEST(LookUp, FindsTheFirstExecutableFileInPath)
{
    const Scratch scratch;
    scratch.write("a/server", "no program", 0644);
    std::filesystem::create_directories(scratch.path() / "b/server");
    const auto program = scratch.write("c/server", "#!/bin/sh\n", 0755);
    const auto path =
        (scratch.path() / "a").string() + ':' + (scratch.path() / "b").string() + ':' + (scratch.path() / "c").string();

    EXPECT_EQ(lookUp("server", path), program);
    EXPECT_EQ(lookUp(program, ""), program);
    EXPECT_THROW(lookUp("server", (scratch.path() / "a").string()), UsageError);
    EXPECT_THROW(lookUp((scratch.path() / "a/server").string(), path), UsageError);
}

} // namespace
} // namespace baton::assemble
