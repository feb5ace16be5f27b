#include "client/store/Sharing.h"

#include "client/os/Files.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <unistd.h>

#include <string>
#include <tuple>

namespace baton::store {
namespace {

namespace fs = std::filesystem;

constexpr os::Account Agent{65534, 65534};

using Facts = std::tuple<uid_t, gid_t, mode_t>;

Facts factsOf(const fs::path& path)
{
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return {status.st_uid, status.st_gid, status.st_mode & 07777};
}

struct Sharing : ::testing::Test {
    void SetUp() override
    {
        if (::geteuid() != 0) GTEST_SKIP() << "NOT RUN: only root gives files away";
        store.create();
        store.save(State());
    }

    testing::TemporaryDirectory directory;
    fs::path top = directory.path() / "state";
    Store store{top / "programs/web"};
};

TEST_F(Sharing, GivesTheDownloadsAwayAndTheRestToBeRead)
{
    os::writeDurably(store.downloads() / "outbox.json", "{}");

    share(store, top, Agent);
    store.append({"2026-11-23T17:00:00Z", "1.0.0", {"1.1.0", std::string(64, 'a')}, Outcome::Committed, 0, ""});
    store.save(State());

    EXPECT_EQ(factsOf(store.downloads()), Facts(65534, ::getegid(), 02750));
    EXPECT_EQ(factsOf(store.downloads() / "outbox.json"), Facts(65534, ::getegid(), 0640));
    EXPECT_EQ(factsOf(store.root()), Facts(0, 65534, 02710));
    EXPECT_EQ(std::get<1>(factsOf(top)), 65534U);
    EXPECT_EQ(factsOf(store.releases()), Facts(0, 65534, 0750));
    EXPECT_EQ(factsOf(store.stateFile()), Facts(0, 65534, 0640));
    EXPECT_EQ(factsOf(store.historyFile()), Facts(0, 65534, 0640));
    EXPECT_EQ(std::get<0>(factsOf(directory.path())), 0U);
    EXPECT_EQ(std::get<1>(factsOf(directory.path())), ::getegid());
}

TEST_F(Sharing, LeavesDirectoriesAloneThatAreNotBatons)
{
    for (const auto& other : {directory.path() / "elsewhere", top / "programs/web/deeper", top / "other"}) {
        share(store, other / ".", Agent);
        EXPECT_EQ(std::get<1>(factsOf(directory.path())), ::getegid()) << other;
    }
}

TEST_F(Sharing, TakesBackWhatItGave)
{
    os::writeDurably(store.downloads() / "outbox.json", "{}");
    share(store, top, Agent);

    takeBack(store);

    EXPECT_EQ(factsOf(store.downloads()), Facts(0, ::getegid(), 0700));
    EXPECT_EQ(factsOf(store.downloads() / "outbox.json"), Facts(0, ::getegid(), 0640));
}

TEST_F(Sharing, FollowsNoLinkAndGivesNothingAwayThatHasASecondName)
{
    const auto secret = directory.path() / "secret";
    os::writeDurably(secret, "x");
    const auto before = factsOf(secret);
    fs::create_symlink(secret, store.downloads() / "link");
    fs::create_hard_link(secret, store.downloads() / "second");
    ASSERT_EQ(::mkfifo((store.downloads() / "pipe").c_str(), 0600), 0);
    fs::create_directory(store.downloads() / "directory");

    share(store, top, Agent);

    EXPECT_EQ(factsOf(secret), before);
    EXPECT_EQ(std::get<0>(factsOf(store.downloads() / "pipe")), 0U);
    EXPECT_EQ(std::get<0>(factsOf(store.downloads() / "directory")), 0U);
}

TEST_F(Sharing, ReadsNoLinkAndNoPipeOfTheAgents)
{
    share(store, top, Agent);
    fs::create_symlink("/dev/zero", store.attemptFile());
    EXPECT_THROW((void)store.loadAttempt(), std::system_error);
    fs::remove(store.attemptFile());
    ASSERT_EQ(::mkfifo(store.attemptFile().c_str(), 0600), 0);

    EXPECT_THROW((void)store.loadAttempt(), std::system_error); // And does not wait for who would write there.
}

} // namespace
} // namespace baton::store
