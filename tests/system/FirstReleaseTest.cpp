// A store that is empty, or was filled by somebody else: what runs first.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct FirstRelease : Relay {
    // An archive with one program, which the command finds in {release}.
    fs::path archive(const std::string& version, const std::string& lines) const
    {
        const auto program = scratch.actor(version, lines);
        fs::create_directory(scratch / version);
        fs::rename(program, scratch / version / "service");
        return scratch.pack(scratch / version, "service-" + version + ".tar.zst");
    }

    RunOptions tree() const { return {{"{release}/service"}}; }
};

constexpr const char* Good = "ready\nserve\nexit 0";

TEST_F(FirstRelease, ComesFromTheServerWhereThereIsNone)
{
    start(tree());
    ASSERT_TRUE(baton->says("the store holds no release yet"));
    ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    EXPECT_EQ(status().state, "empty");
    EXPECT_FALSE(status().release);

    ASSERT_TRUE(update("1.1.0", archive("1.1.0", Good), "1.1.0 committed"));

    EXPECT_TRUE(eventually([this] { return isServing("1.1.0"); }));
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0"));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from "}));
    EXPECT_EQ(stop(), 0);
}

TEST_F(FirstRelease, IsWaitedForOnWhenTheServersFirstOneFails)
{
    start(tree());
    ASSERT_TRUE(eventually([this] { return fs::exists(store().controlSocket()); }));
    ASSERT_TRUE(update("1.1.0", archive("1.1.0", "exit 3"), "1.1.0 taken back"));
    EXPECT_TRUE(eventually([this] { return status().state == "empty"; }));

    ASSERT_TRUE(update("1.2.0", archive("1.2.0", Good), "1.2.0 committed"));

    EXPECT_TRUE(eventually([this] { return isServing("1.2.0"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(FirstRelease, IsWhatTheStoreHoldsWhateverIsGiven)
{
    auto options = tree();
    options.options = {"--initial", archive("1.0.0", Good).string()};
    ASSERT_TRUE(serves(options));
    ASSERT_TRUE(update("1.1.0", archive("1.1.0", Good), "1.1.0 committed"));
    EXPECT_EQ(stop(), 0);

    restart();

    ASSERT_TRUE(baton->says("1.1.0 serves"));
    EXPECT_THAT(baton->said(), HasSubstr("release 1.1.0 runs, as the store says; --app-version 1.0.0 is not above"));
    EXPECT_EQ(ask(), "1.1.0\n");
}

TEST_F(FirstRelease, IsTheGivenOneWhenThatIsNewerThanAllInTheStore)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Good).string()}}));
    EXPECT_EQ(stop(), 0);

    RunOptions newer{{scratch.actor("2.0.0", Good).string()}};
    newer.version = "2.0.0";
    ASSERT_TRUE(serves(newer, "2.0.0"));

    EXPECT_EQ(ask(), "2.0.0\n");
}

// How `baton run` ends that cannot begin, and what it says.
struct Refused {
    int exitCode = -1;
    std::string said;
};

Refused refusalOf(const Scratch& scratch, const fs::path& state, const std::vector<std::string>& options)
{
    Command command{BATON, {"baton", "run", "--state-dir", state.string()}};
    command.arguments.insert(command.arguments.end(), options.begin(), options.end());
    command.arguments.insert(command.arguments.end(), {"--", "/bin/true"});
    Running refused(command, scratch / "refused.log");
    const int exitCode = refused.end();
    return {exitCode, refused.said()};
}

TEST_F(FirstRelease, DoesNotStartWhereItsAddressIsTaken)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Good).string()}}));

    const auto [code, said] =
        refusalOf(scratch, scratch / "other", {"--app-version", "1.0.0", "--listen", "web=" + web});

    EXPECT_EQ(code, 69);
    EXPECT_THAT(said, HasSubstr("listen on web=" + web + ": Address already in use; end who has it"));
}

TEST_F(FirstRelease, DoesNotStartWhereBatonCannotBeAsked)
{
    const auto [code, said] =
        refusalOf(scratch, state, {"--app-version", "1.0.0", "--control", (scratch / "no/such.sock").string()});

    EXPECT_EQ(code, 73);
    EXPECT_THAT(said, HasSubstr("say another --control"));
}

TEST_F(FirstRelease, DoesNotStartWhereTheStateCannotBeWritten)
{
    fs::create_directories(state / "lock"); // Nobody can open it for writing, root neither.

    const auto [code, said] = refusalOf(scratch, state, {"--app-version", "1.0.0"});

    EXPECT_EQ(code, 74);
    EXPECT_THAT(said, HasSubstr("choose another --state-dir"));
}

TEST_F(FirstRelease, LeavesNothingBehindWhenNobodySaidItsVersion)
{
    const auto [code, said] = refusalOf(scratch, state, {});

    EXPECT_EQ(code, 64);
    EXPECT_THAT(said, HasSubstr("say --app-version"));
    EXPECT_FALSE(fs::exists(state));
}

TEST_F(FirstRelease, IsRefusedASecondBatonOnTheSameStore)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Good).string()}}));

    Running second(
        {BATON, {"baton", "run", "--state-dir", state.string(), "--app-version", "1.0.0", "--", "/bin/true"}},
        scratch / "second.log");

    EXPECT_EQ(second.end(), 69);
    EXPECT_THAT(second.said(), HasSubstr("another Baton runs on " + state.string()));
    EXPECT_TRUE(isServing("1.0.0"));
}

} // namespace
} // namespace baton::system
