// Programs that nobody here wrote: gunicorn, which takes its sockets as systemd passes them, and python3 -m
// http.server, which can do neither sockets nor readiness. SPDX-License-Identifier: Apache-2.0
#include "client/os/Sockets.h"
#include "tests/system/Relay.h"

#include <csignal>

namespace baton::system {
namespace {

const fs::path Gunicorn = "/usr/bin/gunicorn";
const fs::path Python = "/usr/bin/python3";

// A release of a web site, or of a small WSGI application, as an archive.
fs::path packed(const Scratch& scratch, const std::string& version, const fs::path& name, const std::string& text)
{
    scratch.write(fs::path(version) / name, text);
    return scratch.pack(scratch / version, "app-" + version + ".tar.zst");
}

struct GunicornUnderBaton : Relay {
    static constexpr int HandOffs = 20;

    void SetUp() override
    {
        if (!fs::exists(Gunicorn)) GTEST_SKIP() << "NOT RUN: there is no gunicorn; apt-get install gunicorn";
    }

    fs::path application(const std::string& version) const
    {
        return packed(scratch, version, "app.py",
                      "def application(environ, start_response):\n"
                      "    body = b'" +
                          version +
                          "\\n'\n"
                          "    start_response('200 OK', [('Content-Length', str(len(body)))])\n"
                          "    return [body]\n");
    }

    Clients::Count handOver(const std::vector<std::string>& gunicorn, const std::vector<std::string>& clientOptions)
    {
        RunOptions options{{Gunicorn.string(), "--chdir", "{release}"}};
        options.command.insert(options.command.end(), gunicorn.begin(), gunicorn.end());
        options.command.emplace_back("app:application");
        options.options = {"--initial", application("1.0.0").string(), "--probation-alone", "50ms"};
        options.probation = "400ms"; // gunicorn says READY=1 before its workers have loaded the application.
        options.environment = {"PYTHONDONTWRITEBYTECODE=1"};
        EXPECT_TRUE(serves(options));
        EXPECT_EQ(ask(), "1.0.0\n");
        Clients clients(scratch, web, clientOptions);
        for (int i = 1; i <= HandOffs && !HasFailure(); ++i) {
            const auto version = "1." + std::to_string(i) + ".0";
            EXPECT_TRUE(update(version, application(version), version + " committed"));
        }
        auto count = clients.stop();
        EXPECT_GT(count.sent, 0U);
        EXPECT_EQ(ask(), "1.20.0\n");
        EXPECT_EQ(stop(), 0);
        return count;
    }
};

TEST_F(GunicornUnderBaton, LosesNoRequestOnANewConnection)
{
    const auto count = handOver({"--workers", "1"}, {"--new", "100"});

    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(count.repeated, 0U) << count.report;
}

// When it drains, gunicorn closes the connections that are idle; a client may then ask again what nobody has read.
TEST_F(GunicornUnderBaton, LosesNothingButWhatAClientMayAskAgain)
{
    const auto count = handOver({"--workers", "1", "--threads", "4", "--keep-alive", "30"},
                                {"--kept", "100", "--connections", "8", "--repeat-unread"});

    EXPECT_EQ(count.failed, 0U) << count.report;
}

struct PythonUnderBaton : Relay {
    void SetUp() override
    {
        if (!fs::exists(Python)) GTEST_SKIP() << "NOT RUN: there is no python3; apt-get install python3";
    }

    fs::path site(const std::string& version) const { return packed(scratch, version, "index.html", version + '\n'); }
};

TEST_F(PythonUnderBaton, IsUpdatedByRestart)
{
    // Somebody else might take the port before python does; it is asked for by name only there.
    web = os::boundAddress(os::listenOn(os::parseListenAddress("web=127.0.0.1:0")).get());
    const auto port = web.substr(web.find(':') + 1);
    RunOptions options{{Python.string(), "-m", "http.server", "--bind", "127.0.0.1", "--directory", "{release}", port}};
    options.options = {"--initial", site("1.0.0").string(), "--handoff", "restart", "--ready", "tcp:" + web};
    options.listen = {};

    start(options);
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    EXPECT_EQ(ask(), "1.0.0\n");
    ASSERT_TRUE(update("1.1.0", site("1.1.0"), "1.1.0 committed"));
    EXPECT_EQ(ask(), "1.1.0\n");
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"}));
    EXPECT_EQ(status().release->version, "1.1.0");
    baton->signal(SIGTERM);
    EXPECT_EQ(baton->end(), 128 + SIGTERM); // It knows nothing of a graceful end.
    EXPECT_TRUE(stateIsWhole());
}

} // namespace
} // namespace baton::system
