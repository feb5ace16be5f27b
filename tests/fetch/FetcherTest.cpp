#include "client/fetch/Fetcher.h"

#include "client/os/Files.h"
#include "client/transport/PocoTransport.h"
#include "tests/support/FakeClock.h"
#include "tests/support/ScriptedServer.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::fetch;
using baton::testing::ScriptedServer;
using ::testing::ElementsAre;
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
        return run(wanted(std::move(urls), before));
    }
    Result<Ending> run(const Wanted& wanted)
    {
        transport::TransportSettings settings;
        settings.limits.firstByte = settings.limits.window = Duration(2000);
        transport::PocoTransport transport(settings);
        Throttle throttle(bytesPerSecond, clock);
        return Fetcher(transport, clock, directory.path(), {}, throttle).fetch(wanted, *this);
    }
    Wanted wanted(std::vector<std::string> urls, const std::string& before = {}) const
    {
        return {digest, static_cast<std::int64_t>(Payload.size()), std::move(urls), {before, {}}};
    }
    std::string got() const { return os::readWhole(directory.path() / digest).value_or("nothing"); }
    void leave(const std::string& bytes) const { os::writeDurably(directory.path() / (digest + ".part"), bytes); }

    void note(const Trace& trace, const std::string& setback) override
    {
        kept = trace;
        if (!setback.empty()) setbacks.push_back(setback);
    }
    bool progress(std::int64_t bytes) override { return (seen = bytes) < stopAt; }
    bool pause(Duration wait) override
    {
        pauses.push_back(wait);
        clock.advance(wait);
        return pauses.size() < 100;
    }

    baton::testing::TemporaryDirectory directory;
    std::string digest = sha256(Payload);
    FakeClock clock;
    Trace kept;
    std::vector<std::string> setbacks;
    std::int64_t seen = 0;
    std::int64_t stopAt = INT64_MAX;
    std::int64_t bytesPerSecond = 0;
    std::vector<Duration> pauses;
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
    EXPECT_EQ(kept.validator, Tag);
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
    EXPECT_EQ(kept.validator, "\"v2\"");
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

TEST_F(FetcherTest, AsksForTheWholeWhenAServerSendsAnotherRangeThanItWasAskedFor)
{
    leave(Payload.substr(0, 5000));
    ScriptedServer server(
        [](const std::string& request, const auto& say) { say(askedFrom(request) > 0 ? rest(4000) : whole(Payload)); });

    ASSERT_TRUE(fetch({server.url("/p")}, Tag));

    EXPECT_EQ(got(), Payload);
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(FetcherTest, RefusesARangeThatNobodyAskedFor)
{
    ScriptedServer server([](const auto&, const auto& say) { say(rest(0)); });

    EXPECT_THAT(fetch({server.url("/p")}).error().detail, HasSubstr("the server answers 206"));
    EXPECT_EQ(server.requests().size(), 1U);
}

// It has other bytes by now, and continues with them all the same.
TEST_F(FetcherTest, BeginsAnewWhenTheFileChangedUnderAServerThatIgnoresIfRange)
{
    leave(std::string(5000, 'x'));
    ScriptedServer server([](const std::string& request, const auto& say) {
        say(askedFrom(request) > 0 ? rest(askedFrom(request)) : whole(Payload));
    });

    ASSERT_TRUE(fetch({server.url("/p")}, Tag));

    EXPECT_EQ(got(), Payload);
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(FetcherTest, NeverResumesByAWeakETag)
{
    ScriptedServer server([](const std::string& request, const auto& say) {
        static_cast<void>(request);
        say(whole(Payload, "W/\"v1\"").substr(0, 150'000));
    });

    EXPECT_FALSE(fetch({server.url("/p")}));

    for (const auto& request : server.requests()) EXPECT_THAT(request, Not(HasSubstr("Range:")));
    EXPECT_EQ(kept.validator, "");
}

TEST_F(FetcherTest, ResumesByTheDateOfAFileThatHasLongBeenTheSame)
{
    const std::string changed = "Last-Modified: Mon, 23 Nov 2026 10:00:00 GMT\r\n";
    ScriptedServer server([&](const std::string& request, const auto& say) {
        const std::string dates = "Date: Mon, 23 Nov 2026 10:01:00 GMT\r\n" + changed;
        const auto answer = askedFrom(request) > 0 ? rest(askedFrom(request)) : whole(Payload).substr(0, 150'000);
        const auto line = answer.find("\r\n") + 2;
        const auto tag = answer.find("ETag: \"v1\"\r\n");
        say(answer.substr(0, line) + dates + answer.substr(tag == line ? tag + 12 : line));
    });

    ASSERT_TRUE(fetch({server.url("/p")}));

    EXPECT_EQ(got(), Payload);
    EXPECT_THAT(server.requests().at(1), HasSubstr("If-Range: Mon, 23 Nov 2026 10:00:00 GMT\r\n"));
}

TEST_F(FetcherTest, BelievesNoLengthButTheOneThatWasOffered)
{
    ScriptedServer shorter([](const auto&, const auto& say) { say(whole(Payload.substr(1))); });
    EXPECT_EQ(fetch({shorter.url("/p")}).error().code, code::SizeMismatch);
    ScriptedServer silent([](const auto&, const auto& say) { say("HTTP/1.1 200 OK\r\n\r\n" + Payload); });
    EXPECT_THAT(fetch({silent.url("/p")}).error().detail, HasSubstr("does not say how many bytes"));
    ScriptedServer chunked([](const auto&, const auto& say) {
        say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\npp\r\n0\r\n\r\n");
    });
    EXPECT_FALSE(fetch({chunked.url("/p")}));
    EXPECT_EQ(chunked.requests().size(), 1U);
    EXPECT_EQ(got(), "nothing");
}

TEST_F(FetcherTest, AsksABusyServerAgainAfterPausesThatDouble)
{
    int refusals = 3;
    ScriptedServer server([&](const auto&, const auto& say) {
        say(refusals-- > 0 ? "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n" : whole(Payload));
    });

    ASSERT_TRUE(fetch({server.url("/p")}));

    EXPECT_THAT(pauses, ElementsAre(Duration(1000), Duration(2000), Duration(4000)));
    EXPECT_EQ(got(), Payload);
}

TEST_F(FetcherTest, LeavesABusyServerAloneForAsLongAsItAsks)
{
    int refusals = 2;
    ScriptedServer server([&](const auto&, const auto& say) {
        switch (refusals--) {
        case 2: return static_cast<void>(say("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"));
        case 1: return static_cast<void>(say("HTTP/1.1 429 No\r\nRetry-After: 86400\r\nContent-Length: 0\r\n\r\n"));
        default: say(whole(Payload));
        }
    });

    ASSERT_TRUE(fetch({server.url("/p")}));

    EXPECT_THAT(pauses, ElementsAre(std::chrono::minutes(2), std::chrono::hours(1)));
    EXPECT_THAT(setbacks, ElementsAre(HasSubstr("the server answers 503 and asks to stay away, which we do for 2m"),
                                      HasSubstr("the server answers 429 and asks to stay away, which we do for 1h")));
    EXPECT_EQ(got(), Payload);
}

TEST_F(FetcherTest, BelievesNobodyForLongWhoMaySpeakForAServerOnTheWay)
{
    struct Busy : transport::Transport {
        Result<transport::HttpReply> post(const transport::Url&, const transport::Headers&, const std::string&) override
        {
            return transport::HttpReply{};
        }
        Result<Done> get(const transport::Url&, const transport::Headers&, transport::Receiver& receiver) override
        {
            return receiver.begin({503, {{"Retry-After", "86400"}}, 0}).error();
        }
    } busy;
    Throttle throttle(0, clock);
    Fetcher fetcher(busy, clock, directory.path(), {2, Duration(500), Duration(60'000)}, throttle);

    EXPECT_FALSE(fetcher.fetch(wanted({"http://packages.example.org/p"}), *this));
    EXPECT_FALSE(fetcher.fetch(wanted({"https://packages.example.org/p"}), *this));

    EXPECT_THAT(pauses, ElementsAre(std::chrono::minutes(1), std::chrono::hours(1)));
}

TEST_F(FetcherTest, AsksAnotherAddressMeanwhile)
{
    ScriptedServer busy([](const auto&, const auto& say) {
        say("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
    });
    int refusals = 1;
    ScriptedServer other([&](const auto&, const auto& say) {
        say(refusals-- > 0 ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" : whole(Payload));
    });

    ASSERT_TRUE(fetch({busy.url("/p"), other.url("/p")}));

    EXPECT_EQ(busy.requests().size(), 1U);
    EXPECT_THAT(pauses, ElementsAre(Duration(1000)));
}

TEST_F(FetcherTest, GoesRoundTheAddressesAndRemembersWhatFailed)
{
    ScriptedServer busy([](const auto&, const auto& say) { say("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"); });
    ScriptedServer lost([](const auto&, const auto& say) { say("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"); });

    EXPECT_THAT(fetch({busy.url("/p"), lost.url("/p")}).error().detail, HasSubstr("the server answers 500"));

    EXPECT_EQ(busy.requests().size(), 4U);
    EXPECT_EQ(lost.requests().size(), 1U);
    EXPECT_THAT(kept.failures, ElementsAre(4, 4));
    EXPECT_EQ(pauses.size(), 3U);
    auto again = wanted({busy.url("/p"), lost.url("/p")});
    again.trace.failures = {3, 4}; // As an earlier process left it.
    EXPECT_FALSE(run(again));
    EXPECT_EQ(busy.requests().size(), 5U);
    EXPECT_EQ(lost.requests().size(), 1U);
}

TEST_F(FetcherTest, AsksAnAddressAsOftenAsTheServerAllows)
{
    ScriptedServer busy([](const auto&, const auto& say) { say("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"); });
    auto allowed = wanted({busy.url("/p")});
    allowed.failuresPerUrl = 7;

    EXPECT_FALSE(run(allowed));

    EXPECT_EQ(busy.requests().size(), 7U);
}

TEST_F(FetcherTest, ForgetsTheFailuresOfAnAddressThatBringsMore)
{
    int exchange = 0;
    ScriptedServer server([&](const std::string& request, const auto& say) {
        switch (++exchange) {
        case 1:
        case 2: return static_cast<void>(say("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
        case 3: return static_cast<void>(say(whole(Payload).substr(0, 100'000)));
        case 4:
        case 5:
        case 6: return; // The connection is closed without a word.
        default: say(rest(askedFrom(request)));
        }
    });

    ASSERT_TRUE(fetch({server.url("/p")}));

    EXPECT_EQ(exchange, 7);
    EXPECT_EQ(got(), Payload);
}

TEST_F(FetcherTest, TakesTheBytesFromAFileThatHasThemAlready)
{
    const auto other = directory.path() / "other";
    const auto same = directory.path() / "same";
    os::writeDurably(other, std::string(Payload.size(), 'x'));
    os::writeDurably(same, Payload);
    auto here = wanted({});
    here.copies = {directory.path() / "missing", directory.path(), other, same};
    leave(Payload.substr(0, 5000));

    ASSERT_TRUE(run(here));

    EXPECT_EQ(got(), Payload);
    EXPECT_EQ(os::readWhole(same), Payload);
    EXPECT_EQ(std::filesystem::hard_link_count(directory.path() / digest), 1U); // The stager takes no other.
}

TEST_F(FetcherTest, AsksTheServerWhenNoFileHasThem)
{
    os::writeDurably(directory.path() / "other", std::string(Payload.size(), 'x'));
    ScriptedServer server([](const auto&, const auto& say) { say(whole(Payload)); });
    auto here = wanted({server.url("/p")});
    here.copies = {directory.path() / "other"};

    ASSERT_TRUE(run(here));

    EXPECT_EQ(got(), Payload);
}

TEST_F(FetcherTest, TakesNoMoreThanTheBandwidth)
{
    bytesPerSecond = 100'000;
    ScriptedServer server([](const auto&, const auto& say) { say(whole(Payload)); });

    ASSERT_TRUE(fetch({server.url("/p")}));

    Duration waited{0};
    for (const auto pause : pauses) waited += pause;
    EXPECT_GE(waited, Duration(2000) - Bucket::Burst - Duration(static_cast<Duration::rep>(pauses.size())));
    EXPECT_LE(waited, Duration(2000));
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
    EXPECT_THAT(setbacks, ElementsAre(HasSubstr("ftp"), HasSubstr("SHA-256 differs"), HasSubstr("were offered"),
                                      HasSubstr("the server answers 404")));
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
    auto absurd = wanted({"http://127.0.0.1:1/"});
    absurd.sizeBytes = std::int64_t{1} << 60;

    const auto result = run(absurd);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code::WriteFailed);
}
