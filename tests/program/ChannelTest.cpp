#include "client/program/Channel.h"

#include "client/os/Message.h"
#include "client/os/Sockets.h"
#include "tests/program/ScopedVariable.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace baton {
namespace {

void say(const os::UniqueFd& end, const std::string& word)
{
    ASSERT_EQ(::send(end.get(), word.data(), word.size(), MSG_NOSIGNAL), static_cast<ssize_t>(word.size()));
}

std::string heard(const os::UniqueFd& end)
{
    std::array<char, 64> text{};
    const auto length = ::recv(end.get(), text.data(), text.size(), MSG_DONTWAIT);
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "nothing";
}

TEST(Channel, GivesTheOrdersInTheirOrder)
{
    auto [baton, program] = os::packetPair();
    Channel channel(std::move(program));

    say(baton, "drain");
    say(baton, "resume");
    say(baton, "stop");

    EXPECT_EQ(channel.next(), Order::Drain);
    EXPECT_EQ(channel.next(), Order::Resume);
    EXPECT_EQ(channel.next(), Order::Stop);
    EXPECT_EQ(channel.next(), std::nullopt);
    EXPECT_FALSE(channel.closed());
}

TEST(Channel, SkipsWordsThatItDoesNotKnow)
{
    auto [baton, program] = os::packetPair();
    Channel channel(std::move(program));

    say(baton, "draining");
    say(baton, "drain now");
    say(baton, std::string(200, 'x'));
    say(baton, "stop");

    EXPECT_EQ(channel.next(), Order::Stop);
}

TEST(Channel, SaysHowTheDrainGoes)
{
    auto [baton, program] = os::packetPair();
    Channel channel(std::move(program));

    EXPECT_TRUE(channel.sayDraining(17));
    EXPECT_TRUE(channel.sayResumed());

    EXPECT_EQ(heard(baton), "draining 17");
    EXPECT_EQ(heard(baton), "resumed");
}

TEST(Channel, TakesDescriptorsBetweenTheOrders)
{
    auto [baton, program] = os::packetPair();
    Channel channel(std::move(program));
    EXPECT_TRUE(channel.sayTakesDescriptors());
    EXPECT_EQ(heard(baton), "takes-descriptors");
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const os::UniqueFd reader(pipe[0]);
    os::UniqueFd writer(pipe[1]);

    say(baton, "drain");
    ASSERT_TRUE(os::sendMessage(baton.get(), "descriptor a guest", std::array{writer.get(), reader.get()}, 0));
    ASSERT_TRUE(os::sendMessage(baton.get(), "unheard-of", std::array{writer.get()}, 0));
    say(baton, "stop");
    writer.reset();

    EXPECT_EQ(channel.next(), Order::Drain);
    EXPECT_FALSE(channel.takeDescriptor());
    EXPECT_EQ(channel.next(), Order::Stop);
    auto first = channel.takeDescriptor();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->name, "a guest");
    EXPECT_EQ(::fcntl(first->socket.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_TRUE(channel.takeDescriptor());
    EXPECT_FALSE(channel.takeDescriptor());
    first->socket.reset();
    char byte = 0;
    EXPECT_EQ(::read(reader.get(), &byte, 1), 0) << "what came with a word that means nothing is closed";
}

TEST(Channel, NoticesThatBatonIsGone)
{
    auto [baton, program] = os::packetPair();
    Channel channel(std::move(program));
    say(baton, "drain");
    baton.reset();

    EXPECT_EQ(channel.next(), Order::Drain);
    EXPECT_EQ(channel.next(), std::nullopt);
    EXPECT_TRUE(channel.closed());
    EXPECT_FALSE(channel.sayDraining(1));
}

TEST(Channel, IsTakenFromTheEnvironmentOnce)
{
    auto [baton, program] = os::packetPair();
    const int fd = program.release();
    ::fcntl(fd, F_SETFD, 0);
    const ScopedVariable variable("BATON_CHANNEL", std::to_string(fd));

    const auto channel = Channel::fromEnvironment();

    ASSERT_TRUE(channel);
    EXPECT_EQ(channel->fd(), fd);
    EXPECT_EQ(::fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_FALSE(Channel::fromEnvironment());
}

TEST(Channel, IsNotThereWithoutAProperDescriptor)
{
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const os::UniqueFd reader(pipe[0]);
    const os::UniqueFd writer(pipe[1]);

    EXPECT_FALSE(Channel::fromEnvironment());
    for (const auto& text : {std::to_string(reader.get()), std::string("1"), std::string("-1"), std::string("x"),
                             std::string("99999"), std::string("4294967296")}) {
        const ScopedVariable variable("BATON_CHANNEL", text);
        EXPECT_FALSE(Channel::fromEnvironment()) << text;
    }
    EXPECT_GE(::fcntl(reader.get(), F_GETFD), 0) << "A descriptor that is not ours was closed.";
}

} // namespace
} // namespace baton
