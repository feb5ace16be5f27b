#include "client/agent/Wire.h"

#include "client/os/Sockets.h"
#include "client/os/SystemClock.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace baton::agent {
namespace {

using namespace std::chrono_literals;

void say(const os::UniqueFd& socket, control::AgentBell bell)
{
    const auto text = print(bell);
    ASSERT_EQ(::send(socket.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
}

TEST(SocketWire, HearsTheBellWhileItWaits)
{
    auto [ours, theirs] = os::packetPair();
    SocketWire wire(ours.get());
    say(theirs, control::AgentBell::Changed);
    say(theirs, control::AgentBell::Check);
    say(theirs, control::AgentBell::Ask);

    EXPECT_EQ(wire.wait(1h), Heard::Changed);
    EXPECT_EQ(wire.wait(0s), Heard::Check);
    EXPECT_EQ(wire.wait(0s), Heard::Ask);
    EXPECT_EQ(wire.wait(0s), Heard::Nothing);
    theirs.reset();
    EXPECT_EQ(wire.wait(1h), Heard::Gone);
}

TEST(SocketWire, WaitsAsLongAsItWasToldEachTimeAnew)
{
    auto [ours, theirs] = os::packetPair();
    SocketWire wire(ours.get());
    const os::BootClock clock;

    for (int i = 0; i < 2; ++i) {
        const auto begun = clock.now();
        EXPECT_EQ(wire.wait(20ms), Heard::Nothing);
        EXPECT_GE(clock.now() - begun, 19ms);
    }
}

} // namespace
} // namespace baton::agent
