// The agent of a real Baton has given up what it does not need, and still does all of its work.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Account.h"
#include "client/os/Confinement.h"
#include "client/os/Landlock.h"
#include "tests/support/Localhost.h"
#include "tests/support/ScriptedServer.h"
#include "tests/system/PassedOn.h"
#include "tests/system/Relay.h"
#include "tests/system/TlsGate.h"
#include "tests/transport/TunnelProxy.h"

#include <sys/stat.h>

#include <unistd.h>

namespace baton::system {
namespace {

using baton::testing::ScriptedServer;
using baton::testing::TunnelProxy;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view Good = "ready\nserve\nexit 0";

struct ConfinedAgent : Relay {
    RunOptions actor(std::string address) const
    {
        RunOptions options{{scratch.actor("1.0.0", Good).string()}};
        options.server = std::move(address);
        return options;
    }

    RunOptions knownTo(const TlsGate& gate) const
    {
        auto options = actor(gate.url());
        options.options = {"--ca-file",     gate.file("ca.pem").string(),
                           "--client-cert", gate.file("client.pem").string(),
                           "--client-key",  gate.file("client.key").string()};
        return options;
    }

    ::testing::AssertionResult updates()
    {
        auto done = update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed");
        return done ? hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"}) : done;
    }

    fs::path authorization(const std::string& token) const
    {
        const auto file = scratch.write("authorization-" + token, "Bearer " + token + '\n');
        fs::permissions(file, fs::perms::owner_read);
        return file;
    }

    static uid_t ownerOf(const fs::path& path)
    {
        struct stat status {};
        return ::stat(path.c_str(), &status) == 0 ? status.st_uid : static_cast<uid_t>(-1);
    }

    /// What /proc says of the agent in that line; empty while there is none.
    std::string agentsLine(const std::string& name) const
    {
        for (const auto pid : childrenOf(baton->pid())) {
            const auto process = "/proc/" + std::to_string(pid);
            if (readFile(process + "/cmdline").find(std::string("\0agent", 6)) == std::string::npos) continue;
            const auto status = readFile(process + "/status");
            const auto at = status.find('\n' + name + ":\t");
            if (at == std::string::npos) continue;
            const auto begin = at + name.size() + 3;
            return status.substr(begin, status.find('\n', begin) - begin);
        }
        return {};
    }
};

TEST_F(ConfinedAgent, UpdatesByNameOverTlsWithACertificateOfItsOwn)
{
    if (!baton::testing::knowsLocalhost())
        GTEST_SKIP() << "NOT RUN: localhost has no address here; is there an /etc/hosts?";
    const TlsGate gate(server->port(), "localhost");
    ASSERT_TRUE(serves(knownTo(gate)));

    EXPECT_TRUE(updates());

    EXPECT_EQ(stop(), 0);
    EXPECT_THAT(gate.requests(), Not(SizeIs(0)));
}

TEST_F(ConfinedAgent, UpdatesOverTlsThroughAProxy)
{
    const TlsGate gate(server->port(), "updates.invalid");
    const TunnelProxy proxy(gate.port());
    auto options = knownTo(gate);
    options.environment = {"https_proxy=" + proxy.url()};
    ASSERT_TRUE(serves(options));

    EXPECT_TRUE(updates());

    EXPECT_EQ(stop(), 0);
    EXPECT_THAT(proxy.asked(), Each(HasSubstr("CONNECT updates.invalid:")));
}

TEST_F(ConfinedAgent, SeesCredentialsThatWereRenewed)
{
    const auto port = server->port();
    const ScriptedServer gate([port](const auto& request, const auto& say) { say(passedOn(request, port)); });
    const auto file = authorization("first");
    auto options = actor("http://127.0.0.1:" + std::to_string(gate.port()));
    options.options = {"--authorization-file", file.string()};
    ASSERT_TRUE(serves(options));
    EXPECT_THAT(gate.requests(), Each(HasSubstr("Authorization: Bearer first\r\n")));

    fs::rename(authorization("second"), file);
    check();

    EXPECT_TRUE(eventually([&] {
        const auto requests = gate.requests();
        return requests.back().find("Authorization: Bearer second\r\n") != std::string::npos;
    }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(ConfinedAgent, HasAUserOfItsOwnWhoOwnsTheDownloadsAlone)
{
    if (::geteuid() != 0) GTEST_SKIP() << "NOT RUN: only root gives the agent another user";
    const auto nobody = os::findAccount("nobody");
    if (!nobody) GTEST_SKIP() << "NOT RUN: this system has no user nobody";
    fs::permissions(scratch.path(), fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add);
    const auto port = server->port();
    const ScriptedServer gate([port](const auto& request, const auto& say) { say(passedOn(request, port)); });
    auto options = actor("http://127.0.0.1:" + std::to_string(gate.port()));
    ASSERT_TRUE(serves(options));
    EXPECT_EQ(stop(), 0);

    // It takes over what was root's, and what only root may read is read for it.
    const auto file = authorization("first");
    options.options = {"--agent-user", "nobody", "--authorization-file", file.string()};
    ASSERT_TRUE(serves(options));
    fs::rename(authorization("second"), file);
    EXPECT_TRUE(updates());
    const auto user = std::to_string(nobody->user);
    EXPECT_EQ(agentsLine("Uid"), user + '\t' + user + '\t' + user + '\t' + user);
    EXPECT_EQ(agentsLine("Groups"), " ");
    EXPECT_EQ(ownerOf(state / "downloads"), nobody->user);
    EXPECT_EQ(ownerOf(state / "downloads/outbox.json"), nobody->user);
    EXPECT_EQ(ownerOf(state / "releases"), 0U);
    EXPECT_EQ(ownerOf(state / "state.json"), 0U);
    EXPECT_EQ(stop(), 0);
    EXPECT_THAT(gate.requests().back(), HasSubstr("Authorization: Bearer second\r\n"));

    // And back.
    options.options = {};
    ASSERT_TRUE(serves(options, "1.1.0"));
    EXPECT_TRUE(update("1.2.0", scratch.actor("1.2.0", Good), "1.2.0 committed"));
    EXPECT_EQ(ownerOf(state / "downloads"), 0U);
    EXPECT_EQ(stop(), 0);
}

TEST_F(ConfinedAgent, StaysWhoItIsWhereItsUserHasNoWay)
{
    if (::geteuid() != 0) GTEST_SKIP() << "NOT RUN: only root gives the agent another user";
    fs::permissions(scratch.path(), fs::perms::owner_all);
    auto options = actor(server->url());
    options.options = {"--agent-user", "nobody"};
    ASSERT_TRUE(serves(options));

    EXPECT_TRUE(updates());

    EXPECT_TRUE(baton->says("is closed to the user that it should have"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(ConfinedAgent, IsRefusedAUserThatIsNotThere)
{
    auto options = actor(server->url());
    options.options = {"--agent-user", "no-such-user-here"};
    start(options);

    EXPECT_EQ(baton->end(), 64);
    EXPECT_THAT(baton->said(), HasSubstr("there is no user no-such-user-here"));
    EXPECT_FALSE(fs::exists(state));
}

TEST_F(ConfinedAgent, HasNoRightOfRootAndGainsNone)
{
    ASSERT_TRUE(serves(actor(server->url())));

    EXPECT_TRUE(eventually([&] { return agentsLine("NoNewPrivs") == "1"; }));
    EXPECT_EQ(agentsLine("CapEff"), "0000000000000000");
    EXPECT_EQ(agentsLine("CapPrm"), "0000000000000000");
    EXPECT_EQ(agentsLine("CapBnd"), ::geteuid() == 0 ? "0000000000000000" : agentsLine("CapBnd"));
    const bool isFiltered = eventually([&] { return os::isInstrumented() || agentsLine("Seccomp") == "2"; });
    EXPECT_TRUE(isFiltered);
    EXPECT_EQ(stop(), 0);
    if (!os::isInstrumented() && os::landlockVersion() > 0) {
        EXPECT_THAT(baton->said(), Not(HasSubstr("confined less than it could be")));
    }
}

} // namespace
} // namespace baton::system
