#include "client/os/Files.h"
#include "tests/support/TemporaryDirectory.h"
#include "tests/transport/Collector.h"
#include "tests/transport/TlsServer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::transport;
using baton::testing::answer;
using baton::testing::at;
using baton::testing::Collector;
using baton::testing::quick;
using baton::testing::redirect;
using baton::testing::saying;
using baton::testing::ScriptedServer;
using baton::testing::TlsServer;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

/// Sends what was asked of /old to a place, and answers everything else.
ScriptedServer::Answer moving(int status, std::string location)
{
    return [=](const std::string& request, const auto& say) {
        say(request.find(" /old ") != std::string::npos ? redirect(status, location) : answer("here"));
    };
}

class Redirected : public ::testing::Test {
protected:
    Redirected() { os::writeDurably(directory_.path() / "authorization", "Bearer s3cret\n"); }

    /// The settings of somebody whose server that is.
    TransportSettings knowing(const Url& server) const
    {
        auto settings = quick();
        settings.server = server;
        settings.authorizationFile = directory_.path() / "authorization";
        return settings;
    }

    baton::testing::TemporaryDirectory directory_;
    Collector collector_;
};

} // namespace

TEST_F(Redirected, ADownloadGoesOnWhereItIsSent)
{
    for (const int status : {301, 302, 303, 307, 308}) {
        const ScriptedServer server(moving(status, "new?x"));
        Collector collector;

        const auto result = PocoTransport(quick()).get(at(server, "/old"), {{"Range", "bytes=1-"}}, collector);

        EXPECT_TRUE(result) << status << result.error().detail;
        EXPECT_EQ(collector.bytes, "here");
        EXPECT_EQ(collector.begun, 1);
        EXPECT_THAT(server.requests().at(1), HasSubstr("GET /new?x HTTP/1.1\r\n"));
        EXPECT_THAT(server.requests().at(1), HasSubstr("Range: bytes=1-\r\n"));
    }
}

TEST_F(Redirected, APostKeepsItsBody)
{
    const ScriptedServer server(moving(307, "/new"));

    EXPECT_EQ(PocoTransport(quick()).post(at(server, "/old"), {}, "<request/>").value().body, "here");

    EXPECT_TRUE(server.requests().at(1).starts_with("POST /new "));
    EXPECT_TRUE(server.requests().at(1).ends_with("\r\n\r\n<request/>"));
}

TEST_F(Redirected, InACircleNobodyFollowsForEver)
{
    const ScriptedServer server(saying(redirect(302, "/again")));

    const auto result = PocoTransport(quick()).get(at(server), {}, collector_);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code::AnswerInvalid);
    EXPECT_THAT(result.error().detail, HasSubstr("more than 5 redirects"));
    EXPECT_EQ(server.requests().size(), 6U);
    EXPECT_EQ(collector_.begun, 0);
}

TEST_F(Redirected, ItTakesNoLongerThanOnePost)
{
    const ScriptedServer server([](const auto&, const auto& say) {
        ::poll(nullptr, 0, 200);
        say(redirect(307, "/again"));
    });
    auto settings = quick();
    settings.limits.request = Duration(500);

    EXPECT_THAT(PocoTransport(settings).post(at(server), {}, "q").error().detail, HasSubstr("not done within 500ms"));
}

TEST_F(Redirected, CredentialsStayWithTheServer)
{
    const ScriptedServer stranger(saying(answer("here")));
    const ScriptedServer server(moving(307, stranger.url("/new")));

    EXPECT_TRUE(PocoTransport(knowing(at(server))).post(at(server, "/old"), {}, "q"));

    EXPECT_THAT(server.requests().at(0), HasSubstr("Authorization: Bearer s3cret\r\n"));
    EXPECT_THAT(stranger.requests().at(0), Not(HasSubstr("Authorization")));
}

TEST_F(Redirected, CredentialsDoNotComeBackFromAStranger)
{
    std::string there;
    const ScriptedServer stranger([&](const auto&, const auto& say) { say(redirect(302, there)); });
    const ScriptedServer server(moving(302, stranger.url()));
    there = server.url("/new");

    EXPECT_TRUE(PocoTransport(knowing(at(server))).get(at(server, "/old"), {}, collector_));

    EXPECT_THAT(server.requests().at(0), HasSubstr("Authorization"));
    EXPECT_THAT(server.requests().at(1), Not(HasSubstr("Authorization")));
}

TEST_F(Redirected, CredentialsAreReadAnewForEachRequestAndNeverShown)
{
    const ScriptedServer server(saying(answer("here")));
    PocoTransport transport(knowing(at(server)));
    EXPECT_TRUE(transport.post(at(server), {}, "q"));
    os::writeDurably(directory_.path() / "authorization", "Bearer other\n");
    EXPECT_TRUE(transport.post(at(server, "/x"), {}, "q"));
    EXPECT_THAT(server.requests().at(1), HasSubstr("Authorization: Bearer other\r\n"));
    std::filesystem::remove(directory_.path() / "authorization");

    const auto reply = transport.post(at(server), {}, "q");

    EXPECT_THAT(reply.error().detail, HasSubstr("--authorization-file"));
    EXPECT_THAT(reply.error().detail, Not(HasSubstr("s3cret")));
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(Redirected, FromHttpsNothingLeadsToHttp)
{
    const ScriptedServer plain(saying(answer("here")));
    const TlsServer server({"IP:127.0.0.1"}, [&](auto&, auto& response) { response.redirect(plain.url("/new")); });

    const auto result = PocoTransport(server.settings()).get(server.url(), {}, collector_);

    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().detail, HasSubstr("from https only to https"));
    EXPECT_TRUE(plain.requests().empty());
}

TEST_F(Redirected, FromHttpItMayLeadToHttps)
{
    const TlsServer secure({"IP:127.0.0.1"});
    const ScriptedServer server(moving(302, print(secure.url("127.0.0.1", "/new"))));

    const auto result = PocoTransport(secure.settings()).get(at(server, "/old"), {}, collector_);

    EXPECT_TRUE(result) << result.error().detail;
    EXPECT_EQ(collector_.bytes, "hello");
}

TEST_F(Redirected, NobodyIsLedToASocketOfThisMachine)
{
    const ScriptedServer server(moving(302, "unix:/run/docker.sock:/containers"));

    EXPECT_THAT(PocoTransport(quick()).get(at(server, "/old"), {}, collector_).error().detail,
                HasSubstr("not followed"));
    EXPECT_THAT(PocoTransport(knowing(at(server)))
                    .get(parseUrl("unix:/run/docker.sock:/x").value(), {}, collector_)
                    .error()
                    .detail,
                HasSubstr("only if it is the one of --server"));
}
