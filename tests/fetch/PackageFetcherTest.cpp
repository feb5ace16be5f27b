#include "client/fetch/PackageFetcher.h"

#include "client/os/Files.h"
#include "client/os/SystemClock.h"
#include "client/transport/PocoTransport.h"
#include "tests/support/ScriptedServer.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <semaphore>

namespace baton::fetch {
namespace {

using baton::testing::ScriptedServer;
using ::testing::HasSubstr;

std::string sha256(const std::string& bytes)
{
    Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

std::string whole(const std::string& body)
{
    return "HTTP/1.1 200 OK\r\nETag: \"" + sha256(body) + "\"\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

// A package of its own and the server that has it.
struct Package {
    explicit Package(std::string text, ScriptedServer::Answer answer = {})
        : bytes(std::move(text)),
          server(answer ? std::move(answer)
                        : [this](const std::string&, const ScriptedServer::Say& say) { say(whole(bytes)); })
    {
    }
    Wanted wanted() const { return {sha256(bytes), static_cast<std::int64_t>(bytes.size()), {server.url("/p")}}; }

    std::string bytes;
    ScriptedServer server;
};

struct PackageFetcherTest : ::testing::Test, Overseer {
    void note(std::size_t package, const Trace& trace, const std::string&) override
    {
        EXPECT_EQ(std::this_thread::get_id(), mine);
        if (failingDisk) throw std::system_error(ENOSPC, std::generic_category(), "write attempt.json");
        notes[package] = trace;
    }
    Wish progress(std::int64_t bytes) override
    {
        EXPECT_EQ(std::this_thread::get_id(), mine);
        seen = std::max(seen, bytes);
        return enough && enough() ? Wish::Stop : wish;
    }
    bool pause(Duration) override { return true; }

    Result<Ending> fetch(const std::vector<Wanted>& packages, int lanes = 2)
    {
        transport::TransportSettings settings;
        settings.limits.firstByte = settings.limits.window = Duration(10'000);
        transport::PocoTransport transport(settings);
        Terms terms{directory.path(), directory.path(), lanes};
        terms.bytesPerSecond = bytesPerSecond;
        return PackageFetcher(transport, clock, terms).fetch(packages, *this);
    }
    std::string got(const Package& package) const
    {
        return os::readWhole(directory.path() / sha256(package.bytes)).value_or("nothing");
    }

    baton::testing::TemporaryDirectory directory;
    os::SystemClock clock;
    std::thread::id mine = std::this_thread::get_id();
    std::map<std::size_t, Trace> notes;
    std::int64_t seen = 0;
    std::int64_t bytesPerSecond = 0;
    bool failingDisk = false;
    std::function<bool()> enough;
    Wish wish = Wish::GoOn;
};

// Answers when it is allowed to; `asked` says that somebody waits.
struct Gate {
    std::binary_semaphore asked{0};
    std::binary_semaphore open{0};

    ScriptedServer::Answer before(std::string bytes)
    {
        return [this, bytes = std::move(bytes)](const std::string&, const ScriptedServer::Say& say) {
            asked.release();
            open.acquire();
            say(whole(bytes));
        };
    }
};

TEST_F(PackageFetcherTest, FetchesSeveralAtATimeAndNoMore)
{
    Gate first;
    Gate second;
    const Package one("one", first.before("one"));
    const Package two("two two", second.before("two two"));
    const Package three("three three three");
    std::jthread conductor([&] {
        first.asked.acquire();
        second.asked.acquire(); // While the first one still waits for its answer.
        EXPECT_TRUE(three.server.requests().empty());
        first.open.release();
        second.open.release();
    });

    const auto result = fetch({one.wanted(), two.wanted(), three.wanted()});

    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(*result, Ending::Complete);
    EXPECT_EQ(got(one), "one");
    EXPECT_EQ(got(two), "two two");
    EXPECT_EQ(got(three), "three three three");
    EXPECT_EQ(notes.size(), 3U);
    EXPECT_EQ(notes[2].validator, '"' + sha256("three three three") + '"');
    EXPECT_EQ(seen, 3 + 7 + 17);
}

TEST_F(PackageFetcherTest, WaitsForNoServerWhereSomebodyIsInAHurry)
{
    wish = Wish::AtOnce;
    int refusals = 1;
    const Package busy("one", [&](const std::string&, const ScriptedServer::Say& say) {
        say(refusals-- > 0 ? "HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n" : whole("one"));
    });
    const Package other("two");

    ASSERT_TRUE(fetch({busy.wanted(), other.wanted()})); // Else it would take an hour.

    EXPECT_EQ(busy.server.requests().size(), 2U);
    EXPECT_EQ(got(busy), "one");
}

TEST_F(PackageFetcherTest, FetchesManyWithAllLanes)
{
    std::vector<std::unique_ptr<Package>> packages;
    std::vector<Wanted> wanted;
    for (int i = 0; i < 24; ++i) {
        packages.push_back(
            std::make_unique<Package>(std::string(static_cast<std::size_t>(i + 1) * 10'000, 'a') + std::to_string(i)));
        wanted.push_back(packages.back()->wanted());
    }

    ASSERT_TRUE(fetch(wanted, MostLanes));

    for (const auto& package : packages) EXPECT_EQ(got(*package), package->bytes);
}

TEST_F(PackageFetcherTest, FetchesBytesThatTwoPackagesShareOnce)
{
    const Package one("the same");
    const Package other("another");

    ASSERT_TRUE(fetch({one.wanted(), other.wanted(), one.wanted()}));

    EXPECT_EQ(one.server.requests().size(), 1U);
    EXPECT_EQ(seen, 8 + 7 + 8);
}

TEST_F(PackageFetcherTest, FetchesNothingThatIsHere)
{
    const Package one("here");
    const Package other("there");
    os::writeDurably(directory.path() / sha256("here"), "here");

    ASSERT_TRUE(fetch({one.wanted(), other.wanted()}));

    EXPECT_TRUE(one.server.requests().empty());
    EXPECT_EQ(got(other), "there");
}

TEST_F(PackageFetcherTest, EndsAllWhenOneFails)
{
    std::binary_semaphore isTrickling{0};
    const std::string bytes(4'000'000, 'x');
    const Package endless(bytes, [&](const std::string&, const ScriptedServer::Say& say) {
        say(whole(bytes).substr(0, 1'000'000));
        isTrickling.release();
        while (say(std::string(1000, 'x'))) std::this_thread::yield();
    });
    const Package wrong("right", [&](const std::string&, const ScriptedServer::Say& say) {
        isTrickling.acquire();
        say(whole("wrong"));
    });

    const auto result = fetch({endless.wanted(), wrong.wanted()});

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code::HashMismatch);
    EXPECT_EQ(got(endless), "nothing");
    EXPECT_GT(std::filesystem::file_size(directory.path() / (sha256(bytes) + ".part")), 0U);
}

TEST_F(PackageFetcherTest, StopsWhenNobodyWaitsAlsoInAPause)
{
    const auto busy = [](const std::string&, const ScriptedServer::Say& say) {
        say("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    };
    const Package one("one", busy);
    const Package two("two", busy);
    enough = [&] { return one.server.requests().size() == 2 && two.server.requests().size() == 2; };

    EXPECT_EQ(fetch({one.wanted(), two.wanted()}).value(), Ending::Stopped);

    EXPECT_EQ(notes[1].failures.size(), 1U);
}

TEST_F(PackageFetcherTest, FailsWhenItsProgressCannotBeKept)
{
    const Package one("one");
    const Package two("two");
    failingDisk = true;

    const auto result = fetch({one.wanted(), two.wanted()});

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code::WriteFailed);
    EXPECT_THAT(result.error().detail, HasSubstr("write attempt.json"));
}

TEST_F(PackageFetcherTest, AsksNobodyWhenTheDiskHasNoRoomForAll)
{
    const Package one("one");
    auto large = one.wanted();
    large.sizeBytes = static_cast<std::int64_t>(os::freeBytes(directory.path()) / 5 * 3);

    const auto result = fetch({large}); // Once to fetch, once to stage.

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code::WriteFailed);
    EXPECT_THAT(result.error().detail, HasSubstr("No space left on device"));
    EXPECT_TRUE(one.server.requests().empty());
}

TEST_F(PackageFetcherTest, SharesTheBandwidthAmongAllLanes)
{
    bytesPerSecond = 1'000'000;
    const Package one(std::string(250'000, '1'));
    const Package two(std::string(250'000, '2'));
    const auto begun = clock.now();

    ASSERT_TRUE(fetch({one.wanted(), two.wanted()}));

    EXPECT_GE(clock.now() - begun, Duration(500) - Bucket::Burst);
}

} // namespace
} // namespace baton::fetch
