// `baton check` at a terminal, before servers whose certificates are wrong: it says so and ends. It asks nobody.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Pty.h"
#include "tests/system/Scratch.h"
#include "tests/transport/TlsServer.h"

namespace baton::system {
namespace {

using baton::testing::TlsServer;

constexpr const char* Bash = "/bin/bash";

struct BadPeers : ::testing::Test {
    void SetUp() override
    {
        if (!fs::exists(Bash)) GTEST_SKIP() << "NOT RUN: there is no " << Bash;
        shell.emplace(Bash, scratch / "shell.log");
    }

    // What is typed behind the command is read by the shell, with the command's exit code in it, unless Baton reads it.
    void check(const TlsServer& server, const std::vector<std::string>& options)
    {
        Command command{BATON,
                        {"baton", "check", "--app-id", "io.example.app", "--app-version", "1.0.0", "--state-dir",
                         (scratch / "state").string(), "--server", transport::print(server.url())}};
        command.arguments.insert(command.arguments.end(), options.begin(), options.end());
        shell->run(command);
        shell->line("echo y''es$?");
    }

    ::testing::AssertionResult ends(const std::string& sentence, int code)
    {
        auto& screen = shell->terminal();
        if (auto shown = screen.shows(sentence); !shown) return shown;
        if (auto shown = screen.shows("yes" + std::to_string(code)); !shown) return shown;
        if (screen.count("baton: ") == ++checks_) return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure() << "it is not one line each:\n" << screen.screen();
    }

    Scratch scratch;
    std::optional<Shell> shell;

private:
    std::size_t checks_ = 0;
};

TEST_F(BadPeers, AreRefusedAtATerminalWithoutAQuestion)
{
    const TlsServer unknown({});
    const TlsServer elsewhere({"DNS:elsewhere.example"});
    const TlsServer old({"IP:127.0.0.1", -7200, -60});

    check(unknown, {});
    EXPECT_TRUE(ends("(its authority is not known here: name it with --ca-file)", 75));
    check(elsewhere, {"--ca-file", elsewhere.file("ca.pem").string()});
    EXPECT_TRUE(ends("the server's certificate is refused: ", 75));
    check(old, {"--ca-file", old.file("ca.pem").string()});
    EXPECT_TRUE(ends("the server's certificate is refused: certificate has expired", 75));
}

TEST_F(BadPeers, WhoseClientsKeyHasAPassphraseAreNotAskedForIt)
{
    const TlsServer server({"IP:127.0.0.1"}, {}, TlsServer::Clients::WithCertificate);

    check(server, {"--ca-file", server.file("ca.pem").string(), "--client-cert", server.file("client.pem").string(),
                   "--client-key", server.file("locked.key").string()});

    EXPECT_TRUE(ends("that can be read without a passphrase", 65));
    EXPECT_EQ(shell->terminal().count("pass phrase"), 0U) << "OpenSSL asks like that";
}

} // namespace
} // namespace baton::system
