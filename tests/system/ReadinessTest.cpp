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

// The old one answers 200 to everybody on the shared port all the time.
TEST_F(Readiness, IsAnAnswerOfThatVeryGenerationOnItsProbeListener)
{
    const auto illness = scratch / "ill";
    ASSERT_TRUE(serves(asked("http:/ready 200", "serve\nexit 0", {"--probe-listen", "probe"})));
    scratch.write("ill", "");

    const auto candidate = scratch.actor("1.1.0", "unwell-while " + illness.string() + "\nserve\nexit 0");
    ASSERT_TRUE(update("1.1.0", candidate, "1.1.0 starts beside 1.0.0"));
    EXPECT_FALSE(eventually([this] { return status().state != "starting"; }, Patience(1000)));
    fs::remove(illness);

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Readiness, IsAskedByACommandThatKnowsWhomItAsks)
{
    const auto asking = scratch / "asking";
    ASSERT_TRUE(serves(asked("exec:echo $BATON_GENERATION $BATON_PROBE >>" + asking.string(), "serve\nexit 0",
                             {"--probe-listen", "probe"})));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "serve\nexit 0"), "1.1.0 committed"));

    EXPECT_EQ(readFile(asking),
              "1 " + (state / "probe-1.sock").string() + "\n2 " + (state / "probe-2.sock").string() + "\n");
    EXPECT_EQ(stop(), 0);
}

TEST_F(Readiness, MayBeAnAnswerThatTakesItsTime)
{
    ASSERT_TRUE(serves(asked("http://" + address + "/ready", "pace 3000\nserve\nexit 0", {"--handoff", "restart"})));
    EXPECT_EQ(stop(), 0);
}

// The first question waits for 5s, the next one for twice as long.
TEST_F(Readiness, MayBeAnAnswerThatTakesLongerThanTheFirstQuestionWaits)
{
    ASSERT_TRUE(serves(asked("exec:sleep 6", "serve\nexit 0")));
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
