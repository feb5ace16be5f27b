#include "client/doctor/Look.h"

#include "client/os/Confinement.h"
#include "client/os/Files.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace baton::doctor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Looking : ::testing::Test {
    testing::TemporaryDirectory scratch;
    store::Store store{scratch.path() / "state"};
    const store::ReleaseKey key{"1.0.0", std::string(64, 'a')};

    /// A store with one release that is the current one.
    void install(const std::string& program)
    {
        store.create();
        os::makeDirectory(store.releaseDirectory(key));
        const store::Release release{key, {{"web", 4711, key.sha256}}, program};
        os::writeDurably(store.releaseDirectory(key) / store::ReleaseFileName, print(release));
        if (!program.empty()) os::writeDurably(store.releaseDirectory(key) / program, "#!/bin/sh\n", 0700);
        store::State state;
        state.current = key;
        store.save(state);
    }
};

TEST_F(Looking, SeesThatNothingIsThereAndMakesNothing)
{
    const auto facts = lookAtStore(store);

    EXPECT_FALSE(facts.exists);
    EXPECT_THAT(facts.unreadable, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(store.root()));
}

TEST_F(Looking, SeesAWholeStore)
{
    install("web");

    const auto facts = lookAtStore(store);

    EXPECT_TRUE(facts.exists);
    EXPECT_TRUE(facts.isWritable);
    EXPECT_FALSE(facts.owner.empty());
    EXPECT_EQ(facts.mode, 0700U);
    EXPECT_THAT(facts.exposed.string(), IsEmpty());
    EXPECT_GT(facts.freeBytes, 0U);
    ASSERT_TRUE(facts.state);
    EXPECT_EQ(facts.state->current, key);
    EXPECT_TRUE(facts.isCurrentWhole);
    EXPECT_FALSE(facts.isCurrentTree);
    EXPECT_EQ(facts.currentBytes, 4711);
}

TEST_F(Looking, SeesAReleaseThatIsATree)
{
    install("");
    EXPECT_TRUE(lookAtStore(store).isCurrentTree);
    EXPECT_TRUE(lookAtStore(store).isCurrentWhole);
}

TEST_F(Looking, SeesThatTheCurrentReleaseIsNotWhole)
{
    install("web");
    std::filesystem::remove(store.releaseDirectory(key) / "web");
    EXPECT_FALSE(lookAtStore(store).isCurrentWhole);

    std::filesystem::remove(store.releaseDirectory(key) / store::ReleaseFileName);
    EXPECT_FALSE(lookAtStore(store).isCurrentWhole);
}

TEST_F(Looking, SeesADamagedStateAndLeavesItWhereItLies)
{
    install("web");
    os::writeDurably(store.stateFile(), "{");

    const auto facts = lookAtStore(store);

    EXPECT_THAT(facts.damage, HasSubstr("state.json is damaged"));
    EXPECT_FALSE(facts.state);
    EXPECT_EQ(os::readWhole(store.stateFile()), "{");
}

TEST_F(Looking, SeesWhoMayWriteThere)
{
    install("web");
    ASSERT_EQ(::chmod(store.root().c_str(), 0770), 0);
    EXPECT_EQ(lookAtStore(store).mode, 0770U);
    ASSERT_EQ(::chmod(scratch.path().c_str(), 0777), 0);
    EXPECT_EQ(lookAtStore(store).exposed, std::filesystem::canonical(scratch.path()));
    ASSERT_EQ(::chmod(scratch.path().c_str(), 01777), 0);
    EXPECT_EQ(lookAtStore(store).exposed, std::filesystem::path());
}

TEST_F(Looking, SeesWhatIsNoDirectory)
{
    os::writeDurably(store.root(), "a file");
    EXPECT_THAT(lookAtStore(store).unreadable, HasSubstr("is no directory"));
}

TEST_F(Looking, SeesWhatItMayNotRead)
{
    if (::geteuid() == 0) GTEST_SKIP() << "NOT RUN: root may read everything";
    install("web");
    ASSERT_EQ(::chmod(store.root().c_str(), 0), 0);

    const auto facts = lookAtStore(store);

    EXPECT_FALSE(facts.isWritable);
    EXPECT_THAT(facts.unreadable, HasSubstr("Permission denied"));
    ASSERT_EQ(::chmod(store.root().c_str(), 0700), 0);
}

TEST(Rehearsal, TellsWhatCouldNotBeHad)
{
    EXPECT_THAT(rehearse({"stager",
                          [] {
                              return std::vector<std::string>{"one: why", "two"};
                          }})
                    .missing,
                ElementsAre("one: why", "two"));
    EXPECT_EQ(rehearse({"stager", [] { return std::vector<std::string>(); }}), Rehearsal{"stager"});
}

TEST(Rehearsal, OutlivesAProcessThatDies)
{
    const auto died = rehearse({"stager", []() -> std::vector<std::string> {
                                    ::raise(SIGKILL);
                                    return {};
                                }});
    EXPECT_THAT(died.failure, HasSubstr("signal 9"));
    const auto threw = rehearse({"stager", []() -> std::vector<std::string> { throw std::runtime_error("no"); }});
    EXPECT_THAT(threw.failure, HasSubstr("exit code 1"));
}

TEST(Rehearsal, GivesUpNothingOfThisProcess)
{
    testing::TemporaryDirectory scratch;

    rehearse({"stager", [] { return os::confine({{}, {}, 4096, 1 << 30}); }});

    os::writeDurably(scratch.path() / "file", std::string(64 * 1024, 'x'));
    EXPECT_EQ(sayInChild([] { return std::string("another process"); }), "another process");
}

TEST(LookAtMachine, KnowsWhatBatonCannotDoWithout)
{
    const auto facts = lookAtMachine({{"nobody", [] { return std::vector<std::string>{"x"}; }}});

    EXPECT_EQ(facts.isRoot, ::geteuid() == 0);
    EXPECT_TRUE(facts.openat2);
    EXPECT_TRUE(facts.pidfd);
    EXPECT_GE(facts.landlock, 0);
    EXPECT_THAT(facts.rehearsals, ElementsAre(Rehearsal{"nobody", {"x"}}));
}

} // namespace
} // namespace baton::doctor
