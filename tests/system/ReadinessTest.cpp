// Readiness that is asked for: a program that says nothing, and is ready when its question is answered as it should be.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Listening.h"
#include "tests/system/Relay.h"

namespace baton::system {
namespace {

struct Readiness : Relay {
    // At an address that is known before.
    RunOptions asked(const std::string& how, const std::string& lines, std::vector<std::string> more = {})
    {
        RunOptions options{{scratch.actor("1.0.0", lines).string()}, std::move(more), {}};
        options.options.insert(options.options.end(), {"--ready", how});
        options.passed = {listener.get()};
        options.environment = {"LISTEN_FDS=1", "LISTEN_FDNAMES=web"};
        return options;
    }
    os::UniqueFd listener = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    const std::string address = os::boundAddress(listener.get());
};

TEST_F(Readiness, IsAnAnswerByHttpWithTheStatusThatIsWanted)
{
    ASSERT_TRUE(serves(asked("http://" + address + "/ready 204", "status 204\nserve\nexit 0",
                             {"--handoff", "restart", "--ready-timeout", "1s"})));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "status 200\nserve\nexit 0"),
                       "1.1.0 taken back: it was not ready within 1s"));
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));

    ASSERT_TRUE(update("1.2.0", scratch.actor("1.2.0", "status 204\nserve\nexit 0"), "1.2.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Readiness, IsACommandThatSucceeds)
{
    const auto flag = scratch / "flag";
    scratch.write("flag", "");
    ASSERT_TRUE(serves(asked("exec:test -e " + flag.string(), "serve\nexit 0")));
    fs::remove(flag);

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "serve\nexit 0"), "1.1.0 starts beside 1.0.0"));
    EXPECT_FALSE(eventually([this] { return status().state != "starting"; }, Patience(500)));
    scratch.write("flag", "");

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Readiness, IsToLiveForSoLong)
{
    ASSERT_TRUE(serves(asked("delay:400ms", "serve\nexit 0")));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "sleep 100\nexit 3"),
                       "1.1.0 taken back: it ended with exit code 3 before it was ready"));
    ASSERT_TRUE(update("1.2.0", scratch.actor("1.2.0", "serve\nexit 0"), "1.2.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Readiness, IsAConnectionThatIsTaken)
{
    ASSERT_TRUE(serves(asked("tcp:" + address, "serve\nexit 0")));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "serve\nexit 0"), "1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
