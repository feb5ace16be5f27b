#include "client/fetch/Fetcher.h"

#include "client/os/Files.h"
#include "client/transport/PocoTransport.h"
#include "tests/support/ScriptedServer.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::fetch;
using baton::testing::ScriptedServer;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

const std::string Payload(200'000, 'p');
constexpr const char* Tag = "\"v1\"";

std::string sha256(const std::string& bytes)
{
    Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

std::string whole(const std::string& body, const std::string& tag = Tag)
{
    return "HTTP/1.1 200 OK\r\nETag: " + tag + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string rest(std::size_t begin)
{
    const auto size = std::to_string(Payload.size());
    return "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(begin) + '-' +
           std::to_string(Payload.size() - 1) + '/' + size +
           "\r\nContent-Length: " + std::to_string(Payload.size() - begin) + "\r\n\r\n" + Payload.substr(begin);
}

std::size_t askedFrom(const std::string& request)
{
    const auto at = request.find("Range: bytes=");
    return at == std::string::npos ? 0 : std::stoul(request.substr(at + 13));
}

class FetcherTest : public ::testing::Test, protected Watcher {
protected:
    Result<Ending> fetch(std::vector<std::string> urls, const std::string& before = {})
    {
        transport::TransportSettings settings;
        settings.limits.firstByte = settings.limits.window = Duration(2000);
        transport::PocoTransport transport(settings);
        return Fetcher(transport, directory.path())
            .fetch({digest, static_cast<std::int64_t>(Payload.size()), std::move(urls), before}, *this);
    }
    std::string got() const { return os::readWhole(directory.path() / digest).value_or("nothing"); }
    void leave(const std::string& bytes) const { os::writeDurably(directory.path() / (digest + ".part"), bytes); }

    void validator(const std::string& text) override { kept = text; }
    bool progress(std::int64_t bytes) override { return (seen = bytes) < stopAt; }
    bool pause(Duration) override { return ++pauses < 100; }

    baton::testing::TemporaryDirectory directory;
    std::string digest = sha256(Payload);
    std::string kept;
    std::int64_t seen = 0;
    std::int64_t stopAt = INT64_MAX;
    int pauses = 0;
};

} // namespace

TEST_F(FetcherTest, BringsAPackageUnderItsDigest)
{
    ScriptedServer server([](const auto&, const auto& say) { say(whole(Payload)); });

    const auto result = fetch({server.url("/p")});

    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(*result, Ending::Complete);
    EXPECT_EQ(got(), Payload);
    EXPECT_FALSE(std::filesystem::exists(directory.path() / (digest + ".part")));
    EXPECT_EQ(seen, 200'000);
    EXPECT_EQ(kept, Tag);
}

TEST_F(FetcherTest, ResumesAfterABrokenConnection)
{
    ScriptedServer server([](const std::string& request, const auto& say) {
        if (askedFrom(request) == 0)
            say(whole(Payload).substr(0, 100'000));
        else
            say(rest(askedFrom(request)));
    });

    ASSERT_TRUE(fetch({server.url("/p")}));

    EXPECT_EQ(got(), Payload);
    ASSERT_EQ(server.requests().size(), 2U);
    EXPECT_GT(askedFrom(server.requests()[1]), 90'000U);
    EXPECT_THAT(server.requests()[1], HasSubstr("If-Range: \"v1\"\r\n"));
}

TEST_F(FetcherTest, ResumesWhatAnEarlierProcessLeft)
{
    leave(Payload.substr(0, 5000));
    ScriptedServer server([](const std::string& request, const auto& say) { say(rest(askedFrom(request))); });

    ASSERT_TRUE(fetch({server.url("/p")}, Tag));

    EXPECT_EQ(askedFrom(server.requests().at(0)), 5000U);
    EXPECT_EQ(got(), Payload);
}

TEST_F(FetcherTest, BelievesNoBytesWithoutAValidator)
{
    leave(Payload.substr(0, 5000));
    ScriptedServer server([](const auto&, const auto& say) { say(whole(Payload)); });

    ASSERT_TRUE(fetch({server.url("/p")}));

    EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Range:")));
}

TEST_F(FetcherTest, StartsFromZeroWhenTheServerIgnoresTheRangeOrHasOtherBytes)
{
    leave(std::string(5000, 'x'));
    ScriptedServer server([](const auto&, const auto& say) { say(whole(Payload, "\"v2\"")); });

    ASSERT_TRUE(fetch({server.url("/p")}, Tag));

    EXPECT_EQ(got(), Payload);
    EXPECT_EQ(kept, "\"v2\"");
}

TEST_F(FetcherTest, ThrowsAwayWhatTheServerCannotContinue)
{
    leave(Payload.substr(0, 5000));
    ScriptedServer server([](const std::string& request, const auto& say) {
        say(askedFrom(request) > 0 ? "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n"
                                   : whole(Payload));
    });

    ASSERT_TRUE(fetch({server.url("/p")}, Tag));

    EXPECT_EQ(got(), Payload);
}

TEST_F(FetcherTest, RefusesAnotherRangeThanItAskedFor)
{
    leave(Payload.substr(0, 5000));
    ScriptedServer server([](const auto&, const auto& say) { say(rest(4000)); });

    const auto result = fetch({server.url("/p")}, Tag);

    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().detail, HasSubstr("another range"));
}

TEST_F(FetcherTest, FinishesWhatWasWholeBeforeACrashWithoutAsking)
{
    leave(Payload);

    EXPECT_TRUE(fetch({}));
    EXPECT_EQ(got(), Payload);
    EXPECT_TRUE(fetch({})); // and once more from the finished file
}

TEST_F(FetcherTest, TriesEveryAddressAndMixesNoBytes)
{
    std::string wrong(Payload);
    wrong[777] = 'x';
    ScriptedServer liar([&](const auto&, const auto& say) { say(whole(wrong)); });
    ScriptedServer longer([](const auto&, const auto& say) { say(whole(Payload + "more")); });
    ScriptedServer lost([](const auto&, const auto& say) { say("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"); });
    ScriptedServer good([](const auto&, const auto& say) { say(whole(Payload)); });

    const auto result = fetch({"ftp://x/y", liar.url("/p"), longer.url("/p"), lost.url("/p"), good.url("/p")});

    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(got(), Payload);
    EXPECT_EQ(liar.requests().size(), 1U);
    EXPECT_EQ(longer.requests().size(), 1U);
    EXPECT_EQ(lost.requests().size(), 1U);
}

TEST_F(FetcherTest, SaysWhyNoAddressCouldGiveIt)
{
    std::string wrong(Payload);
    wrong[777] = 'x';
    ScriptedServer liar([&](const auto&, const auto& say) { say(whole(wrong)); });
    EXPECT_EQ(fetch({liar.url("/p")}).error().code, code::HashMismatch);
    ScriptedServer longer([](const auto&, const auto& say) { say(whole(Payload + "more")); });
    EXPECT_EQ(fetch({longer.url("/p")}).error().code, code::SizeMismatch);
    ScriptedServer moved([](const auto&, const auto& say) {
        say("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
    });
    const auto redirected = fetch({moved.url("/p")});
    EXPECT_EQ(redirected.error().code, code::AnswerInvalid);
    EXPECT_THAT(redirected.error().detail, HasSubstr("points elsewhere"));
    EXPECT_EQ(got(), "nothing");
}

TEST_F(FetcherTest, GivesAServerUpThatCutsAtTheSamePlaceEachTime)
{
    ScriptedServer server([](const auto&, const auto& say) { say(whole(Payload).substr(0, 90)); });

    EXPECT_EQ(fetch({server.url("/p")}).error().code, code::Transfer);
    EXPECT_LT(server.requests().size(), 10U);
}

TEST_F(FetcherTest, StopsWhenNobodyWaitsAndKeepsTheBytes)
{
    stopAt = 1;
    ScriptedServer server([](const auto&, const auto& say) { say(whole(Payload)); });

    EXPECT_EQ(fetch({server.url("/p")}).value(), Ending::Stopped);

    EXPECT_GT(std::filesystem::file_size(directory.path() / (digest + ".part")), 0U);
}

TEST_F(FetcherTest, CallsADiskThatCannotTakeItByItsName)
{
    transport::PocoTransport transport;
    const std::int64_t absurd = std::int64_t{1} << 60;

    const auto result =
        Fetcher(transport, directory.path()).fetch({digest, absurd, {"http://127.0.0.1:1/"}, {}}, *this);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code::WriteFailed);
}
