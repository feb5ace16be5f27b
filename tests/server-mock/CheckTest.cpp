#include "protocol/Codec.h"
#include "tests/server-mock/Client.h"

#include <Poco/Net/NetException.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace baton::mock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* HelloSha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
constexpr const char* HelloSha1 = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";

const protocol::Event DownloadStarted{13, 1, {}, {}, {}};
const protocol::Event Downloaded{14, 1, {}, {}, {}};
const protocol::Event Installed{800, 1, {}, {}, {}};
const protocol::Event Complete{3, 2, {}, "1.0.0", {}};
const protocol::Event Failed{3, 0, 10, {}, {}};

std::string statusOf(const protocol::AppResponse& app) { return app.updatecheck.value().status; }

TEST(Check, IsOfferedTheNewestRelease)
{
    MockServer server;
    server.publishBytes("web", "1.2.0", "older");
    server.publishBytes("web", "1.10.0", "hello", {"", "web-1.10.0"});
    server.publishBytes("web", "1.9.0", "old");
    server.publishBytes("db", "9.0.0", "another app's");

    const auto app = answerTo(server, checkOf("web", "1.1.0"));

    EXPECT_EQ(app.status, "ok");
    EXPECT_EQ(app.ping, "ok");
    const auto& manifest = app.updatecheck->manifest.value();
    EXPECT_EQ(manifest.version, "1.10.0");
    ASSERT_EQ(manifest.packages.size(), 1U);
    EXPECT_EQ(manifest.packages[0].name, "web-1.10.0");
    EXPECT_EQ(manifest.packages[0].size, 5);
    EXPECT_EQ(manifest.packages[0].hashSha1, HelloSha1);
    EXPECT_EQ(manifest.packages[0].hashSha256, HelloSha256);
    EXPECT_EQ(manifest.packages[0].fp, std::string("1.") + HelloSha256);
    EXPECT_EQ(manifest.packages[0].required, true);
    EXPECT_EQ(manifest.actions->at(0).sha256, HelloSha256);
    EXPECT_THAT(app.updatecheck->codebases, ElementsAre(server.url() + "/packages/web/1.10.0/"));
}

TEST(Check, FindsNothingNewInWhatRunsOrIsOlder)
{
    MockServer server;
    server.publishBytes("web", "1.1.0", "hello");

    EXPECT_EQ(statusOf(answerTo(server, checkOf("web", "1.1.0"))), "noupdate");
    EXPECT_EQ(statusOf(answerTo(server, checkOf("web", "1.2.0"))), "noupdate");
    EXPECT_EQ(statusOf(answerTo(server, checkOf("web", "1.1.0-rc.1"))), "ok");
    EXPECT_EQ(statusOf(answerTo(server, checkOf("web", "ForcedUpdate"))), "ok");
    EXPECT_EQ(statusOf(answerTo(server, checkOf("web", ""))), "ok");
}

TEST(Check, HeedsWhatTheClientAsksFor)
{
    MockServer server;
    for (const auto* version : {"1.1.0", "1.2.3", "1.2.4", "1.20.0"}) server.publishBytes("web", version, version);
    const auto asked = [&](const std::string& version, auto wish) {
        auto request = checkOf("web", version);
        wish(*request.updatecheck);
        const auto check = answerTo(server, request).updatecheck.value();
        return check.manifest ? check.manifest->version : check.status;
    };
    const auto prefix = [&](const std::string& of) {
        return asked("1.0.0", [&](protocol::UpdateCheckRequest& check) { check.targetversionprefix = of; });
    };
    const auto goBack = [](protocol::UpdateCheckRequest& check) { check.rollbackAllowed = true; };
    const auto sameToo = [](protocol::UpdateCheckRequest& check) { check.sameversionupdate = true; };
    const auto none = [](protocol::UpdateCheckRequest& check) { check.updatedisabled = true; };

    EXPECT_EQ(prefix("1.2"), "1.2.4");
    EXPECT_EQ(prefix("1.2."), "1.2.4");
    EXPECT_EQ(prefix("1.2.3$"), "1.2.3");
    EXPECT_EQ(prefix("1.3"), "noupdate");
    EXPECT_EQ(asked("2.0.0", goBack), "1.20.0");
    EXPECT_EQ(asked("1.20.0", goBack), "noupdate");
    EXPECT_EQ(asked("1.20.0", sameToo), "1.20.0");
    EXPECT_EQ(asked("2.0.0", sameToo), "noupdate");
    EXPECT_EQ(asked("1.0.0", none), "noupdate");
}

TEST(Check, KnowsAnAppWithoutItsBracesAndInAnyCaseAndEchoesItAsSent)
{
    MockServer server;
    server.publishBytes("{2C3D4E5F}", "1.1.0", "hello");

    const auto app = answerTo(server, checkOf("2c3d4e5F", "1.0.0"));

    EXPECT_EQ(app.appid, "2c3d4e5F");
    EXPECT_EQ(statusOf(app), "ok");
    EXPECT_EQ(ask(server, "GET", packagePath(server, app)).body, "hello");
}

TEST(Check, SaysSoWhenNobodyPublishedTheApp)
{
    MockServer server;

    const auto app = answerTo(server, checkOf("web", "1.0.0"));

    EXPECT_EQ(app.status, "error-unknownApplication");
    EXPECT_EQ(statusOf(app), "error-internal");
}

TEST(Check, IsOfferedWhatItsTrackHas)
{
    MockServer server;
    server.publishBytes("web", "1.1.0", "all");
    server.publishBytes("web", "1.2.0", "beta", {"beta", ""});
    auto beta = checkOf("web", "1.0.0");
    beta.track = "beta";
    beta.machineid = "other";

    EXPECT_EQ(answerTo(server, checkOf("web", "1.0.0")).updatecheck->manifest->version, "1.1.0");
    EXPECT_EQ(answerTo(server, beta).updatecheck->manifest->version, "1.2.0");
}

TEST(Check, HasTheSha256WhereItWasToldToStand)
{
    MockServerOptions options;
    options.sha256In = Sha256In::Action;
    MockServer action(std::move(options));
    options = {};
    options.sha256In = Sha256In::Nowhere;
    MockServer nowhere(std::move(options));
    action.publishBytes("web", "1.1.0", "hello");
    nowhere.publishBytes("web", "1.1.0", "hello");

    const auto first = answerTo(action, checkOf("web", "1.0.0")).updatecheck->manifest.value();
    const auto second = answerTo(nowhere, checkOf("web", "1.0.0")).updatecheck->manifest.value();

    EXPECT_EQ(first.packages[0].hashSha256, "");
    EXPECT_EQ(first.firstSha256(), HelloSha256);
    EXPECT_EQ(second.firstSha256(), "");
    EXPECT_EQ(second.packages[0].hashSha1, HelloSha1);
    EXPECT_THAT(second.actions.value(), IsEmpty());
}

TEST(Check, IsAnsweredOnEachOfOmahasPaths)
{
    MockServer server;
    server.publishBytes("web", "1.1.0", "hello");
    protocol::Request request;
    request.apps = {checkOf("web", "1.0.0")};

    for (const auto* path : {"/v1/update/", "/v1/update", "/update", "/update/", "/v1/update/secret", "/update?a=b"})
        EXPECT_EQ(ask(server, "POST", path, encode(request, protocol::Form::Xml)).status, 200) << path;
    EXPECT_EQ(ask(server, "POST", "/", encode(request, protocol::Form::Xml)).status, 404);
    EXPECT_EQ(ask(server, "POST", "/v2/update/", encode(request, protocol::Form::Xml)).status, 404);
}

TEST(Check, AnswersEachAppAndEachEventInTheirOrder)
{
    MockServer server;
    server.publishBytes("b", "2.0.0", "hello");
    protocol::Request request;
    request.apps = {tellingOf("nobody", {Downloaded}), checkOf("b", "1.0.0"), tellingOf("b", {Failed, Installed})};
    request.apps[2].appid = "c";

    const auto reply = ask(server, "POST", "/update", encode(request, protocol::Form::Xml));
    const auto response = protocol::decodeResponse(reply.body);

    EXPECT_THAT(reply.headers.at("Content-Type"), HasSubstr("text/xml"));
    ASSERT_EQ(response.apps.size(), 3U);
    EXPECT_THAT(response.apps[0].events, ElementsAre("ok"));
    EXPECT_EQ(response.apps[1].updatecheck->status, "ok");
    EXPECT_THAT(response.apps[2].events, ElementsAre("ok", "ok"));
    EXPECT_TRUE(response.daystart->elapsedDays.value() > 7000 && response.daystart->elapsedSeconds.value() < 86'400);
}

TEST(Check, IsRefusedFromTheDownloadsStartUntilTheUpdateHasEnded)
{
    for (const auto& end : {Complete, Failed}) {
        MockServer server;
        server.publishBytes("web", "1.1.0", "hello");
        const auto tell = [&](const protocol::Event& event) { answerTo(server, tellingOf("web", {event})); };
        const auto check = [&] { return answerTo(server, checkOf("web", "1.0.0")); };

        tell(DownloadStarted); // Before anything was granted it counts for nothing.
        EXPECT_EQ(check().status, "ok");
        EXPECT_EQ(statusOf(check()), "ok"); // Granted, and offered again.
        for (const auto& event : {DownloadStarted, Downloaded, Installed}) {
            tell(event);
            EXPECT_EQ(check().status, "error-updateInProgressOnInstance") << event.eventtype;
            EXPECT_EQ(statusOf(check()), "error-internal");
        }
        tell({14, 0, 37, {}, {}}); // A pair that Nebraska does not know.
        EXPECT_EQ(check().status, "error-updateInProgressOnInstance");
        tell(end);
        EXPECT_EQ(statusOf(check()), "ok");
    }
}

TEST(Check, IsNeverRefusedByALenientServerNorForAnotherMachine)
{
    MockServerOptions options;
    options.manners = Manners::Lenient;
    MockServer lenient(std::move(options));
    MockServer strict;
    for (auto* server : {&lenient, &strict}) {
        server->publishBytes("web", "1.1.0", "hello");
        answerTo(*server, checkOf("web", "1.0.0"));
        answerTo(*server, tellingOf("web", {DownloadStarted}));
    }
    auto other = checkOf("web", "1.0.0");
    other.machineid = "other";
    auto nameless = checkOf("web", "1.0.0");
    nameless.machineid = "";

    EXPECT_EQ(statusOf(answerTo(lenient, checkOf("web", "1.0.0"))), "ok");
    EXPECT_EQ(statusOf(answerTo(strict, other)), "ok");
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(statusOf(answerTo(strict, nameless)), "ok");
        auto telling = tellingOf("web", {DownloadStarted});
        telling.machineid = "";
        answerTo(strict, telling);
    }
}

TEST(Check, LosesNoEventOfManyMachinesAtOnce)
{
    constexpr int Machines = 8;
    constexpr int Each = 25;
    MockServer server;
    std::vector<std::thread> machines;
    for (int machine = 0; machine < Machines; ++machine)
        machines.emplace_back([&server, machine] {
            for (int i = 0; i < Each; ++i) {
                auto app = tellingOf("web", {{i, 1, machine, {}, {}}});
                app.machineid = std::to_string(machine);
                post(server, app);
            }
        });
    for (auto& machine : machines) machine.join();

    EXPECT_EQ(server.requests().size(), Machines * Each);
    for (int machine = 0; machine < Machines; ++machine) {
        const auto events = server.events(std::to_string(machine));
        ASSERT_EQ(events.size(), Each);
        for (int i = 0; i < Each; ++i) EXPECT_EQ(events[i], (protocol::Event{i, 1, machine, {}, {}}));
    }
}

TEST(Check, IsRefusedWithASentenceWhenItIsNoOmaha)
{
    MockServer server;
    const std::string bomb = "<!DOCTYPE r [<!ENTITY e 'boo'>]><request protocol=\"3.0\">&e;</request>";
    for (const auto& body : {std::string(), std::string("hello"), std::string("<request"), bomb,
                             std::string("<response protocol=\"3.0\"/>"), std::string("<request protocol=\"4.0\"/>"),
                             std::string("\0\xff\xfe", 3), std::string(600'000, ' '), std::string(3'000'000, 'a')}) {
        const auto reply = ask(server, "POST", "/v1/update/", body);

        EXPECT_EQ(reply.status, 400) << body.substr(0, 80);
        EXPECT_THAT(reply.body, HasSubstr("the ")) << body.substr(0, 80);
        EXPECT_EQ(reply.body.find('\n'), reply.body.size() - 1);
    }
    EXPECT_EQ(ask(server, "GET", "/v1/update/").status, 400);

    const auto asked = server.requests();
    ASSERT_EQ(asked.size(), 10U);
    EXPECT_THAT(asked[3].error, HasSubstr("DOCTYPE"));
    EXPECT_FALSE(asked[3].request);
    EXPECT_EQ(asked[9].status, 400);
}

TEST(Check, SurvivesWhatIsNoHttp)
{
    MockServer server;
    server.publishBytes("web", "1.1.0", "hello");
    const std::string start = "POST /v1/update/ HTTP/1.1\r\nHost: h\r\n";
    for (const auto& bytes :
         {std::string(), std::string("\r\n\r\n"), std::string("GET"), std::string("\x16\x03\x01\x02\x00\x01", 6),
          std::string("GET ") + std::string(20'000, '/') + " HTTP/1.1\r\n\r\n", start + "\r\n",
          start + "Content-Length: -5\r\n\r\n", start + "Content-Length: abc\r\n\r\n",
          start + "Content-Length: 99999999999999999999\r\n\r\n", start + "Content-Length: 100\r\n\r\nshort",
          start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", std::string("GET /%00%zz HTTP/1.1\r\nHost: h\r\n\r\n"),
          std::string("GET //:@[ HTTP/1.1\r\n\r\n"), start + "Host: \xff\"<>\r\n\r\n"})
        EXPECT_THAT(sendRaw(server, bytes), ::testing::Not(HasSubstr(" 200 "))) << bytes.substr(0, 60);

    EXPECT_EQ(statusOf(answerTo(server, checkOf("web", "1.0.0"))), "ok");
}

TEST(Check, LeadsToPackagesWhereTheClientFoundTheServer)
{
    MockServer server;
    server.publishBytes("web", "1.1.0", "hello");
    protocol::Request request;
    request.apps = {checkOf("web", "1.0.0")};
    const auto codebaseFor = [&](const std::string& host) {
        const auto reply = ask(server, "POST", "/update", encode(request, protocol::Form::Xml), {{"Host", host}});
        return protocol::decodeResponse(reply.body).apps.at(0).updatecheck->codebases.at(0);
    };

    EXPECT_EQ(codebaseFor("mirror.example:8080"), "http://mirror.example:8080/packages/web/1.1.0/");
    EXPECT_EQ(codebaseFor("[::1]:81"), "http://[::1]:81/packages/web/1.1.0/");
    for (const auto* host : {"evil/path@x:80", "user@x:80", "h?q:80", "h#f:80", "h\\x:80", "h\xC3\xA9:80"})
        EXPECT_EQ(codebaseFor(host), server.url() + "/packages/web/1.1.0/") << host;
}

TEST(Check, OffersADeltaBesideTheFullPackageInTheWordsOfEachForm)
{
    MockServerOptions options;
    options.deltas = delta::Algorithm::Zstd;
    MockServer server(std::move(options));
    const std::string old(20'000, 'x');
    server.publishBytes("web", "1.0.0", old);
    protocol::Request request;
    request.apps = {checkOf("web", "1.0.0")};
    request.apps[0].fp = answerTo(server, checkOf("web", "0.9.0")).updatecheck->manifest->packages.at(0).fp;
    server.publishBytes("web", "1.1.0", old + "and more");
    const auto offerIn = [&](protocol::Form form) {
        request.protocol = protocolOf(form);
        const auto reply = ask(server, "POST", "/v1/update/", encode(request, form),
                               {{"Content-Type", std::string(contentTypeOf(form))}});
        return protocol::decodeResponse(reply.body).apps.at(0).updatecheck.value();
    };

    for (const auto form : {protocol::Form::Xml, protocol::Form::Json3}) {
        const auto offered = offerIn(form);
        EXPECT_EQ(offered.manifest->version, "1.1.0");
        EXPECT_THAT(offered.manifest->packages.at(0).namediff, HasSubstr(".zstd"));
        EXPECT_EQ(offered.codebasediffs, offered.codebases);
        EXPECT_THAT(offered.pipelines, IsEmpty());
    }
    const auto piped = offerIn(protocol::Form::Json4);
    EXPECT_FALSE(piped.manifest);
    EXPECT_EQ(piped.nextversion, "1.1.0");
    ASSERT_EQ(piped.pipelines.size(), 2U);
    EXPECT_EQ(piped.pipelines[0].operations.at(1).type, "zstd");
    EXPECT_EQ(piped.pipelines[1].operations.at(0).outSha256, piped.pipelines[0].operations.at(1).outSha256);
}

TEST(MockServer, KeepsWhatWasAskedAndLogsALineForIt)
{
    std::vector<std::string> lines;
    MockServerOptions options;
    options.log = [&lines](const std::string& line) { lines.push_back(line); };
    MockServer server(std::move(options));
    server.publishBytes("web", "1.1.0", "hello");

    const auto path = packagePath(server, answerTo(server, checkOf("web", "1.0.0")));
    ask(server, "GET", path, {}, {{"Range", "bytes=1-"}});
    answerTo(server, tellingOf("web", {Failed}));
    server.stop();

    EXPECT_THAT(lines,
                ElementsAre("check web 1.0.0 machine m: ok, offered 1.1.0", "package GET " + path + " bytes=1-: 206",
                            "check web 1.0.0 machine m, event 3/0 code 10: ok"));
    const auto asked = server.requests();
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[0].request->apps[0].ping->active, 1);
    EXPECT_EQ(asked[1].on, On::Package);
    EXPECT_EQ(asked[1].status, 206);
    EXPECT_THAT(asked[2].request->apps[0].events, ElementsAre(Failed));
    EXPECT_THAT(server.events("m"), ElementsAre(Failed));
}

TEST(MockServer, IsOpenedBeforeItAnswersAndStopsAnsweringWhenStopped)
{
    MockServerOptions options;
    options.opening = [](MockServer& server) { server.publishBytes("web", "1.1.0", "hello"); };
    MockServer server(std::move(options));
    EXPECT_EQ(statusOf(answerTo(server, checkOf("web", "1.0.0"))), "ok");

    server.stop();

    EXPECT_THROW(post(server, checkOf("web", "1.0.0")), Poco::Net::NetException);
    MockServerOptions same;
    same.port = server.port();
    EXPECT_NO_THROW(MockServer(std::move(same)));
}

TEST(MockServer, DoesNotShareAPort)
{
    MockServer server;
    MockServerOptions same;
    same.port = server.port();

    EXPECT_THROW(MockServer(std::move(same)), Poco::Exception);
}

} // namespace
} // namespace baton::mock
