// A disk that is full, at each stage of an update: the old release serves, the log says why, and the update comes as
// soon as there is room. SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"
#include "tests/system/SmallDisk.h"

namespace baton::system {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t PayloadBytes = 300'000;
constexpr std::size_t Room = 100'000; // for all the documents of the state
const std::vector<std::string> Whole{"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"};

struct DiskFull : OwnMounts, Relay {
    void SetUp() override
    {
        if (!why.empty()) GTEST_SKIP() << "NOT RUN: " << why;
        disk.emplace(state);
    }

    fs::path release(const std::string& version) const
    {
        return scratch.actor(version, "sleep 300\ncheck 0\nready\nserve\nexit 0\n#" + std::string(PayloadBytes, 'x'));
    }

    fs::path archive(const std::string& version) const
    {
        const auto program = release(version);
        fs::create_directory(scratch / version);
        fs::rename(program, scratch / version / "service");
        return scratch.pack(scratch / version, "service-" + version + ".tar.zst");
    }

    RunOptions service() const
    {
        return {{release("1.0.0").string()}, {"--try", "--check"}, {"web=127.0.0.1:0"}, "1s"};
    }

    // There is room again, and somebody asks: the update comes after all, and nobody noticed anything.
    void recover(Clients& clients, const std::vector<std::string>& events)
    {
        EXPECT_THAT(baton->said(), HasSubstr("No space left on device"));
        EXPECT_TRUE(stateIsWhole());
        disk->clear();
        check();
        EXPECT_TRUE(baton->says("1.1.0 committed"));
        EXPECT_TRUE(hasTold(events));
        const auto count = clients.stop();
        EXPECT_GT(count.sent, 0U);
        EXPECT_EQ(count.failed, 0U) << count.report;
        EXPECT_EQ(ask(), "1.1.0\n");
        EXPECT_TRUE(status().blocked.empty());
        EXPECT_TRUE(stateIsWhole());
        EXPECT_EQ(stop(), 0);
    }

    std::optional<SmallDisk> disk;
};

TEST_F(DiskFull, WhenAReleaseIsOffered)
{
    ASSERT_TRUE(serves(service()));
    Clients clients(scratch, web, {"--new", "50"});
    publish("1.1.0", release("1.1.0"));
    disk->fill();

    check();
    ASSERT_TRUE(baton->says("No space left on device"));
    EXPECT_TRUE(eventually([this] { return status().lastCheckResult.starts_with("failed: "); }));
    EXPECT_TRUE(isServing("1.0.0"));

    recover(clients, Whole);
}

TEST_F(DiskFull, WhenItsBytesCome)
{
    ASSERT_TRUE(serves(service()));
    Clients clients(scratch, web, {"--new", "50"});
    disk->fill(Room);

    ASSERT_TRUE(update("1.1.0", release("1.1.0"), "1.1.0 cannot be fetched: "));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "3/0 1.1.0 code 14"}));
    EXPECT_THAT(baton->said(), HasSubstr("No space left on device: 6")); // 641 kB with the reserve.
    EXPECT_THAT(baton->said(), HasSubstr(" are needed on the disk of " + (state / "downloads").string()));
    EXPECT_TRUE(isServing("1.0.0"));

    auto expected = Whole;
    expected.insert(expected.begin(), {"13/1 1.1.0", "3/0 1.1.0 code 14"});
    recover(clients, expected);
    EXPECT_THAT(history(), ::testing::ElementsAre("failed 1.1.0 from 1.0.0 code 14", "committed 1.1.0 from 1.0.0"));
}

// What an archive unpacks to nobody knows before.
TEST_F(DiskFull, WhenItIsStaged)
{
    auto options = service();
    options.command = {"{release}/service"};
    options.options.insert(options.options.end(), {"--initial", archive("1.0.0").string()});
    ASSERT_TRUE(serves(options));
    Clients clients(scratch, web, {"--new", "50"});
    disk->fill(PayloadBytes);

    ASSERT_TRUE(update("1.1.0", archive("1.1.0"), "1.1.0 could not be installed: "));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "3/0 1.1.0 code 14"}));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_THAT(baton->said(), HasSubstr("make room for " + (state / "releases").string()));

    auto expected = Whole;
    expected.insert(expected.begin(), {"13/1 1.1.0", "14/1 1.1.0", "3/0 1.1.0 code 14"});
    recover(clients, expected);
}

TEST_F(DiskFull, WhenItIsInstalled)
{
    ASSERT_TRUE(serves(service()));
    Clients clients(scratch, web, {"--new", "50"});

    ASSERT_TRUE(update("1.1.0", release("1.1.0"), "1.1.0 verified and unpacked"));
    disk->fill(); // While it is tried out.
    ASSERT_TRUE(baton->says("could not record the step \"install 1.1.0\", so it is not taken"));
    EXPECT_TRUE(isServing("1.0.0"));

    recover(clients, Whole);
}

TEST_F(DiskFull, WhenTheOldOneIsToDrain)
{
    ASSERT_TRUE(serves(service()));
    Clients clients(scratch, web, {"--new", "50"});

    ASSERT_TRUE(update("1.1.0", release("1.1.0"), "1.1.0 on probation beside 1.0.0"));
    disk->fill();
    ASSERT_TRUE(baton->says("could not record the step \"drain 1.0.0\", so it is not taken"));
    EXPECT_EQ(status().state, "probationBeside");

    recover(clients, Whole);
}

TEST_F(DiskFull, WhenItIsCommitted)
{
    ASSERT_TRUE(serves(service()));
    Clients clients(scratch, web, {"--new", "50"});

    ASSERT_TRUE(update("1.1.0", release("1.1.0"), "1.1.0 serves alone"));
    disk->fill();
    ASSERT_TRUE(baton->says("could not record the step \"commit 1.1.0\", so it is not taken"));
    EXPECT_EQ(status().state, "probationAlone");

    recover(clients, Whole);
}

} // namespace
} // namespace baton::system
