#include "client/service/Generation.h"

#include "client/os/Sockets.h"

#include <Poco/Util/OptionException.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <pthread.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace baton {
namespace {

using testing::ElementsAre;

// Does what its script says in answer to each look at what is left, and keeps what it was told.
struct ScriptedWork : Drainable {
    std::vector<std::string> told;
    std::size_t left = 0;
    std::function<void()> onLook;

    void drain(Duration) override { told.emplace_back("drain"); }
    void resume() override { told.emplace_back("resume"); }
    std::size_t remaining() const override { return left; }
    bool waitUntilDrained(Duration) const override
    {
        if (onLook) onLook();
        return left == 0;
    }
};

struct GenerationTest : testing::Test {
    os::UniqueFd baton;
    Generation::Parts parts;
    ScriptedWork work;

    void SetUp() override
    {
        service::blockOrderSignals();
        auto [ours, theirs] = os::packetPair();
        baton = std::move(ours);
        parts.channel.emplace(std::move(theirs));
    }

    void order(const std::string& word) const { ::send(baton.get(), word.data(), word.size(), MSG_NOSIGNAL); }

    std::string heard() const
    {
        std::array<char, 64> text{};
        const auto length = ::recv(baton.get(), text.data(), text.size(), MSG_DONTWAIT);
        return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "nothing";
    }
};

TEST_F(GenerationTest, DrainsAndEndsOnTheDrainSignal)
{
    Generation generation(std::move(parts));
    work.left = 2;
    work.onLook = [this] { --work.left; };
    ::raise(SIGTERM);

    generation.run(work);

    EXPECT_THAT(work.told, ElementsAre("drain"));
    EXPECT_EQ(work.left, 0U);
    EXPECT_EQ(heard(), "stands-by");
    EXPECT_EQ(heard(), "draining 2");
    EXPECT_EQ(heard(), "draining 1");
}

TEST_F(GenerationTest, LetsTheDrainGoOnWhenTheSignalComesTwice)
{
    Generation generation(std::move(parts));
    work.left = 3;
    work.onLook = [this] {
        if (work.left == 3) ::raise(SIGTERM);
        --work.left;
    };
    ::raise(SIGTERM);

    generation.run(work);

    EXPECT_THAT(work.told, ElementsAre("drain"));
    EXPECT_EQ(work.left, 0U);
}

TEST_F(GenerationTest, EndsAtOnceWhenAPersonAsksTwice)
{
    Generation generation(std::move(parts));
    work.left = 1; // for ever
    work.onLook = [] { ::raise(SIGINT); };
    ::raise(SIGINT);

    generation.run(work);

    EXPECT_EQ(work.left, 1U);
}

TEST_F(GenerationTest, EndsWithTheDrainTimeWhateverIsLeft)
{
    parts.drainTime = Duration(100);
    Generation generation(std::move(parts));
    work.left = 1;
    ::raise(SIGTERM);

    generation.run(work);

    EXPECT_EQ(work.left, 1U);
}

TEST_F(GenerationTest, StandsByAndServesAgainWhenBatonSaysSo)
{
    Generation generation(std::move(parts));
    order("drain");
    order("resume");
    order("drain");
    order("stop");

    generation.run(work);

    EXPECT_THAT(work.told, ElementsAre("drain", "resume", "drain"));
    EXPECT_EQ(heard(), "stands-by");
    EXPECT_EQ(heard(), "draining 0");
    EXPECT_EQ(heard(), "resumed");
    EXPECT_EQ(heard(), "draining 0");
}

TEST_F(GenerationTest, ServesOnWhenBatonIsGone)
{
    Generation generation(std::move(parts));
    baton.reset();
    const auto self = ::pthread_self();
    std::thread later([self] { ::pthread_kill(self, SIGINT); });

    generation.run(work);

    later.join();
    EXPECT_THAT(work.told, ElementsAre("drain"));
}

TEST_F(GenerationTest, CallsReloadOnHangup)
{
    int reloads = 0;
    parts.reload = [&reloads] {
        ++reloads;
        ::raise(SIGTERM);
    };
    Generation generation(std::move(parts));
    ::raise(SIGHUP);

    generation.run(work);

    EXPECT_EQ(reloads, 1);
    EXPECT_THAT(work.told, ElementsAre("drain"));
}

TEST_F(GenerationTest, CallsBackOnceWhenItIsToEnd)
{
    int reloads = 0;
    parts.reload = [&reloads] {
        ++reloads;
        ::raise(SIGTERM);
    };
    parts.drainTime = Duration(1'000);
    Generation generation(std::move(parts));
    ::raise(SIGHUP);
    std::vector<Duration> drained;

    generation.run([&](Duration within) { drained.push_back(within); });

    EXPECT_EQ(reloads, 1);
    EXPECT_THAT(drained, ElementsAre(Duration(900)));
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    EXPECT_FALSE(::sigismember(&blocked, SIGINT)) << "a person who asks twice must be heard while it drains";
}

TEST_F(GenerationTest, OpensAListenerThatNobodyPassedOn)
{
    parts.addresses.push_back(os::parseListenAddress("web=127.0.0.1:0"));
    Generation generation(std::move(parts));

    const auto socket = generation.listener("web");

    EXPECT_NE(socket.address().port(), 0);
    EXPECT_THROW(generation.listener("web"), Poco::Util::MissingOptionException) << "each can be had once";
    EXPECT_THROW(generation.listener("admin"), Poco::Util::MissingOptionException);
}

TEST_F(GenerationTest, OpensAGroupOfListenersOnceAndGivesThemOutOneByOne)
{
    parts.addresses.push_back(os::parseListenAddress("web=127.0.0.1:0,reuseport=2"));
    Generation generation(std::move(parts));

    const auto first = generation.listener("web");
    const auto second = generation.listener("web");

    EXPECT_EQ(first.address(), second.address());
    EXPECT_NE(first.impl()->sockfd(), second.impl()->sockfd());
    EXPECT_THROW(generation.listener("web"), Poco::Util::MissingOptionException);
}

TEST_F(GenerationTest, SaysThatItIsReady)
{
    const auto path = std::filesystem::path(testing::TempDir()) / ("generation-" + std::to_string(::getpid()));
    const auto receiver = os::receiveUnix(path);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    const Generation generation(std::move(parts));

    generation.ready();
    generation.status("warm");

    ::unsetenv("NOTIFY_SOCKET");
    std::array<char, 64> text{};
    EXPECT_EQ(::recv(receiver.get(), text.data(), text.size(), 0), 7);
    EXPECT_STREQ(text.data(), "READY=1");
    EXPECT_EQ(::recv(receiver.get(), text.data(), text.size(), 0), 11);
    EXPECT_STREQ(text.data(), "STATUS=warm");
    std::filesystem::remove(path);
}

} // namespace
} // namespace baton
