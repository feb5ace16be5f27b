// A server that fails, in each way that servers have: the old release serves, the log says why, and once the server is
// well again the update goes on. SPDX-License-Identifier: Apache-2.0
#include "client/verify/Sha256.h"
#include "protocol/Codec.h"
#include "tests/support/ScriptedServer.h"
#include "tests/system/Relay.h"

#include <algorithm>

namespace baton::system {
namespace {

using mock::Fault;
using mock::On;
using mock::What;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view Good = "ready\nserve\nexit 0";
const std::vector<std::string> Whole{"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"};

struct Case {
    const char* name;
    Fault fault;
    std::string says;                         // of the failure
    std::vector<std::string> toldBefore{};    // the events of the attempt that failed
    std::vector<std::string> historyBefore{}; // its line
};

std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
std::string nameOf(const ::testing::TestParamInfo<Case>& test) { return test.param.name; }

struct FailingServer : Relay {
    // Large enough to be cut in two.
    fs::path large(const std::string& version) const
    {
        return scratch.actor(version, std::string(Good) + "\n#" + std::string(300'000, 'x'));
    }

    RunOptions actor() const { return {{scratch.actor("1.0.0", Good).string()}}; }

    // The old one forgets everything; Baton does not.
    void startServerAt(std::uint16_t port)
    {
        mock::MockServerOptions options;
        options.port = port;
        server = std::make_unique<mock::MockServer>(options);
    }

    std::size_t resumed() const
    {
        const auto all = server->requests();
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& asked) {
            return std::any_of(asked.headers.begin(), asked.headers.end(),
                               [](const auto& header) { return header.first == "Range"; });
        }));
    }

    // The release that was offered in vain comes after all.
    void recover(const std::vector<std::string>& events)
    {
        check();
        EXPECT_TRUE(baton->says("1.1.0 committed"));
        EXPECT_TRUE(hasTold(events));
        EXPECT_TRUE(eventually([this] { return !status().untold; }));
        EXPECT_TRUE(status().blocked.empty());
        EXPECT_EQ(ask(), "1.1.0\n");
        EXPECT_TRUE(stateIsWhole());
        EXPECT_EQ(stop(), 0);
    }
};

struct FaultyServer : FailingServer, ::testing::WithParamInterface<Case> {};

TEST_P(FaultyServer, IsSurvivedAndAskedAgain)
{
    const auto& one = GetParam();
    ASSERT_TRUE(serves(actor()));
    publish("1.1.0", large("1.1.0"));
    server->fail(one.fault);

    check();
    ASSERT_TRUE(baton->says(one.says));
    EXPECT_TRUE(hasTold(one.toldBefore));
    EXPECT_TRUE(eventually([&] { return history() == one.historyBefore; })) << ::testing::PrintToString(history());
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(ask(), "1.0.0\n");
    EXPECT_TRUE(stateIsWhole());
    server->heal();
    auto expected = one.toldBefore;
    expected.insert(expected.end(), Whole.begin(), Whole.end());
    recover(expected);
}

INSTANTIATE_TEST_SUITE_P(
    OnACheck, FaultyServer,
    ::testing::Values(Case{"Says500", {1, On::Check, What::Status, 500}, "500"},
                      Case{"SaysNonsense", {1, On::Check, What::Malformed, 0}, "the answer is not Omaha"},
                      Case{"CutsItsAnswer", {1, On::Check, What::Cut, 0}, "the connection ended after"},
                      Case{"OffersWrongDigests",
                           {1, On::Check, What::Digest, 0},
                           "are not the ones offered: their SHA-256 differs",
                           {"13/1 1.1.0", "3/0 1.1.0 code 10"},
                           {"failed 1.1.0 from 1.0.0 code 10"}}),
    nameOf);

INSTANTIATE_TEST_SUITE_P(OnAPackage, FaultyServer,
                         ::testing::Values(Case{"Says503",
                                                {9, On::Package, What::Status, 503},
                                                "the server answers 503",
                                                {"13/1 1.1.0", "3/0 1.1.0 code 9"},
                                                {"failed 1.1.0 from 1.0.0 code 9"}},
                                           Case{"SendsAWrongByte",
                                                {9, On::Package, What::Digest, 0},
                                                "are not the ones offered: their SHA-256 differs",
                                                {"13/1 1.1.0", "3/0 1.1.0 code 10"},
                                                {"failed 1.1.0 from 1.0.0 code 10"}},
                                           Case{"SendsAPageInstead",
                                                {9, On::Package, What::Malformed, 0},
                                                "were offered",
                                                {"13/1 1.1.0", "3/0 1.1.0 code 11"},
                                                {"failed 1.1.0 from 1.0.0 code 11"}}),
                         nameOf);

TEST_F(FailingServer, IsWaitedForWhenItIsSlow)
{
    ASSERT_TRUE(serves(actor()));
    publish("1.1.0", large("1.1.0"));
    server->fail({1, On::Check, What::Delay, 1000});
    server->fail({1, On::Package, What::Delay, 1000});

    check();
    EXPECT_EQ(ask(), "1.0.0\n");
    ASSERT_TRUE(baton->says("1.1.0 committed"));

    EXPECT_TRUE(hasTold(Whole));
}

TEST_F(FailingServer, IsAskedForTheRestOfABodyThatItCut)
{
    ASSERT_TRUE(serves(actor()));
    server->fail({2, On::Package, What::Cut, 100'000});

    ASSERT_TRUE(update("1.1.0", large("1.1.0"), "1.1.0 committed"));

    EXPECT_EQ(resumed(), 2U);
    EXPECT_TRUE(hasTold(Whole));
}

TEST_F(FailingServer, IsAskedAgainWhenItWasDown)
{
    const auto port = server->port();
    server->stop();
    ASSERT_TRUE(serves(actor()));

    EXPECT_THAT(status().lastCheckResult, StartsWith("failed: "));
    EXPECT_THAT(baton->said(), HasSubstr("refused"));
    EXPECT_EQ(ask(), "1.0.0\n");
    startServerAt(port);
    publish("1.1.0", large("1.1.0"));
    recover(Whole);
}

TEST_F(FailingServer, IsAskedAgainWhenItWentDownInTheMiddle)
{
    const auto port = server->port();
    ASSERT_TRUE(serves(actor()));
    publish("1.1.0", large("1.1.0"));
    server->fail({1, On::Package, What::Cut, 100'000});
    server->fail({9, On::Package, What::Delay, 60'000});
    check();
    ASSERT_TRUE(eventually([this] { return resumed() == 1; }));

    server->stop();
    ASSERT_TRUE(baton->says("1.1.0 cannot be fetched"));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_TRUE(eventually([this] { return status().untold == control::UntoldStatus{1, 0}; }));
    startServerAt(port);
    publish("1.1.0", large("1.1.0"));
    // The end of the first attempt could not be told then; it comes before the second one begins.
    recover({"3/0 1.1.0 code 9", "13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"});
}

// Offers a release, and sends it twice: its length is said to be that of the first one, or of both.
class TooMuch {
public:
    enum class Says { OneLength, BothLengths };

    TooMuch(std::string bytes, Says says) : bytes_(std::move(bytes)), says_(says) {}

    std::string url() const { return server_.url(""); }

    // Whether a request with that text has come.
    bool heard(const std::string& text) const
    {
        const auto all = server_.requests();
        return std::any_of(all.begin(), all.end(),
                           [&](const auto& request) { return request.find(text) != std::string::npos; });
    }

private:
    void answer(const std::string& request, const baton::testing::ScriptedServer::Say& say) const
    {
        if (request.starts_with("POST")) {
            const auto body = offer();
            say("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
            return;
        }
        const auto length = says_ == Says::OneLength ? bytes_.size() : 2 * bytes_.size();
        say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + bytes_ + bytes_);
    }

    std::string offer() const
    {
        protocol::UpdateCheck check{"ok", {server_.url("/")}, protocol::Manifest{"1.1.0", {}, {}}};
        check.manifest->packages.push_back(
            {"much", static_cast<std::int64_t>(bytes_.size()), {}, verify::sha256Of(bytes_), true});
        protocol::Response response;
        response.apps.push_back({App, "ok", {}, check, {"ok"}});
        return encode(response, protocol::Form::Xml);
    }

    std::string bytes_;
    Says says_;
    baton::testing::ScriptedServer server_{
        [this](const std::string& request, const auto& say) { answer(request, say); }};
};

const std::string Script = "#!" ACTOR "\nready\nserve\nexit 0\n";

TEST_F(FailingServer, IsNotListenedToBeyondWhatItOffered)
{
    const TooMuch much(Script, TooMuch::Says::OneLength);
    auto options = actor();
    options.server = much.url();
    start(options);

    ASSERT_TRUE(baton->says("1.1.0 committed"));
}

TEST_F(FailingServer, IsNotBelievedWhenABodyIsTooLong)
{
    const TooMuch much(Script, TooMuch::Says::BothLengths);
    auto options = actor();
    options.server = much.url();

    ASSERT_TRUE(serves(options));

    const auto size = Script.size();
    EXPECT_TRUE(baton->says("1.1.0 cannot be fetched"));
    EXPECT_TRUE(baton->says("the server has " + std::to_string(2 * size) + " bytes, " + std::to_string(size) +
                            " were offered"));
    EXPECT_TRUE(eventually([&] { return much.heard("errorcode=\"11\""); }));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_TRUE(stateIsWhole());
}

} // namespace
} // namespace baton::system
