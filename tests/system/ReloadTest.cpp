// `baton reload`: listeners come and go for the next release. SPDX-License-Identifier: Apache-2.0
#include "client/os/SocketAddress.h"
#include "tests/system/Relay.h"

#include <sys/socket.h>

#include <cerrno>
#include <list>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

struct Reload : Relay {
    static constexpr const char* Server = "show LISTEN_FDNAMES\nready\nserve\nexit 0";

    std::string at(const std::string& name) const { return name + "=unix:" + (scratch / name).string(); }
    void configure(const std::string& text) const { scratch.write("web.properties", text); }

    int errorOfConnecting(const std::string& name) const
    {
        const auto where = os::unixAddress((scratch / name).string());
        const os::UniqueFd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        return ::connect(client.get(), where.get(), where.length) == 0 ? 0 : errno;
    }

    /// What `baton reload` says; its exit code is in `code`.
    std::string reload()
    {
        Running command({BATON, {"baton", "reload", "--state-dir", state.string()}},
                        scratch / ("reload-" + std::to_string(++reloads_) + ".log"));
        code = command.end();
        return command.said();
    }
    ::testing::AssertionResult serves()
    {
        RunOptions options{{scratch.actor("1.0.0", Server).string()}};
        options.listen = {};
        options.options = {"--config", (scratch / "web.properties").string()};
        return Relay::serves(options);
    }
    /// The next release takes over, and serves all of these addresses; nobody was lost.
    void handOver(const std::vector<std::string>& addresses, std::list<Clients>& clients, const std::string& names)
    {
        ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Server), "1.1.0 committed"));
        EXPECT_TRUE(baton->says("LISTEN_FDNAMES=" + names + '\n'));
        ASSERT_TRUE(eventually([&] { return status().draining.empty(); }));
        for (const auto& address : addresses) {
            web = address;
            EXPECT_EQ(ask(), "1.1.0\n") << address;
        }
        for (auto& each : clients) {
            const auto count = each.stop();
            EXPECT_GT(count.sent, 0U);
            EXPECT_EQ(count.failed, 0U) << count.report;
        }
        EXPECT_EQ(stop(), 0);
    }
    int code = -1;

private:
    int reloads_ = 0;
};

TEST_F(Reload, AddsAndRemovesListenersForTheNextRelease)
{
    configure("listen = web=127.0.0.1:0," + at("old") + '\n');
    ASSERT_TRUE(serves());
    Clients clients(scratch, web, {"--new", "64"});

    configure("listen = web=127.0.0.1:0," + at("fresh") + ",mode=0600\ninterval = 5m\n");
    const auto said = reload();
    // Relay says --interval itself, which is stronger.
    EXPECT_EQ(code, 0) << said;
    EXPECT_THAT(said, HasSubstr("old is removed: the next generation does not get it"));
    EXPECT_THAT(said, HasSubstr(",mode=0600 is added for the next generation"));
    EXPECT_EQ(errorOfConnecting("old"), 0) << "1.0.0 has it still";
    EXPECT_EQ(errorOfConnecting("fresh"), ECONNREFUSED);

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Server), "1.1.0 committed"));
    ASSERT_TRUE(baton->says("old is closed: no generation has it any more"));
    EXPECT_TRUE(baton->says("LISTEN_FDNAMES=web:fresh"));
    EXPECT_EQ(errorOfConnecting("old"), ENOENT);
    EXPECT_EQ(errorOfConnecting("fresh"), 0);
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

TEST_F(Reload, GivesAListenerAnotherName)
{
    configure("listen = web=127.0.0.1:0\n");
    ASSERT_TRUE(serves());
    std::list<Clients> clients;
    clients.emplace_back(scratch, web, std::vector<std::string>{"--new", "64"});

    configure("listen = www=" + web + '\n');
    EXPECT_THAT(reload(), HasSubstr("is for the next generation what was web: the same socket"));

    EXPECT_EQ(code, 0);
    handOver({web}, clients, "www");
}

TEST_F(Reload, SwapsTheAddressesOfTwoListeners)
{
    configure("listen = web=127.0.0.1:0,admin=127.0.0.1:0\n");
    ASSERT_TRUE(serves());
    const auto first = web;
    const auto second = baton->word(", admin=");
    std::list<Clients> clients;
    for (const auto& address : {first, second})
        clients.emplace_back(scratch, address, std::vector<std::string>{"--new", "32"});

    configure("listen = web=" + second + ",admin=" + first + '\n');
    EXPECT_THAT(reload(), HasSubstr("admin is " + first + " for the next generation"));

    EXPECT_EQ(code, 0);
    handOver({first, second}, clients, "web:admin");
}

TEST_F(Reload, PutsAListenerBackThatTheReleaseStillServes)
{
    configure("listen = web=127.0.0.1:0," + at("other") + '\n');
    ASSERT_TRUE(serves());
    std::list<Clients> clients;
    clients.emplace_back(scratch, web, std::vector<std::string>{"--new", "64"});

    configure("listen = " + at("other") + '\n');
    EXPECT_THAT(reload(), HasSubstr("web is removed"));
    configure("listen = web=" + web + ',' + at("other") + '\n');
    EXPECT_THAT(reload(), HasSubstr("is added for the next generation: the socket that is still open there"));

    EXPECT_EQ(code, 0);
    handOver({web}, clients, "web:other");
}

TEST_F(Reload, NamesWhatCannotChangeAndTakesTheRest)
{
    configure("listen = web=127.0.0.1:0,reuseport=2\nready-timeout = 1m\n");
    ASSERT_TRUE(serves());
    EXPECT_THAT(reload(), HasSubstr("nothing has changed"));
    EXPECT_EQ(code, 0);

    configure("listen = web=127.0.0.1:0," + at("fresh") + "\nready-timeout = 2m\n");
    const auto said = reload();
    EXPECT_EQ(code, 75);
    EXPECT_THAT(said, HasSubstr("refused: web keeps its 2 sockets and does not get 1"));
    EXPECT_THAT(said, HasSubstr("refused: ready-timeout is 2m in the file and was 1m"));
    EXPECT_THAT(said, HasSubstr("is added for the next generation"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Reload, ChangesNothingWhenTheFileIsWrong)
{
    configure("listen = web=127.0.0.1:0\n");
    ASSERT_TRUE(serves());
    configure("listen = web=127.0.0.1\n");
    EXPECT_THAT(reload(), HasSubstr("nothing was changed: "));
    EXPECT_EQ(code, 75);
    EXPECT_EQ(ask(), "1.0.0\n");
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
