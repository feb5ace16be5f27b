// A chat over WebSockets whose guests stay connected while it is updated: when it is told to leave, it gives their
// connections to Baton, which gives them to the next release. Start it with --probation 0s, or, while two releases
// accept, the guests of one do not hear those of the other.
// SPDX-License-Identifier: Apache-2.0
#include "client/program/Channel.h"
#include "client/program/Inherited.h"
#include "client/program/Notify.h"
#include "docs/examples/chat/Room.h"

#include <sys/signalfd.h>

#include <poll.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using baton::os::UniqueFd;

UniqueFd drainSignal()
{
    sigset_t drain;
    ::sigemptyset(&drain);
    ::sigaddset(&drain, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &drain, nullptr);
    return UniqueFd(::signalfd(-1, &drain, SFD_CLOEXEC));
}

// What Baton says: orders, and the connections of another release. False: leave for good.
bool hear(baton::Channel& channel, Room& room)
{
    while (const auto order = channel.next()) {
        if (*order == baton::Order::Stop) return false;
        if (*order == baton::Order::Drain) {
            room.leave();
            channel.sayDraining(0);
        } else {
            room.resume();
            channel.sayResumed();
        }
    }
    while (auto stored = channel.takeDescriptor()) room.admit(std::move(*stored));
    return true;
}

void admitInherited(baton::Inherited& inherited, Room& room)
{
    for (const auto name : {Room::Guest, Room::AtTheDoor})
        while (auto socket = inherited.take(name)) room.admit({std::string(name), std::move(socket)});
}

// What is said while Baton has much else to read is dropped, and so said again.
int serve(const UniqueFd& signals, std::optional<baton::Channel>& channel, Room& room)
{
    constexpr int Soon = 100; // ms
    const bool isAsked = std::getenv("NOTIFY_SOCKET") != nullptr;
    for (std::string said;;) {
        const auto status = room.status();
        if (status != said && baton::notify("STATUS=" + status)) said = status;
        const bool hears = channel && !channel->closed();
        std::vector<pollfd> watched{{signals.get(), POLLIN, 0}, {hears ? channel->fd() : -1, POLLIN, 0}};
        room.watch(watched);
        if (::poll(watched.data(), watched.size(), isAsked && status != said ? Soon : -1) < 0) continue;
        if (watched[0].revents != 0) {
            room.leave();
            return 0;
        }
        if (watched[1].revents != 0 && !hear(*channel, room)) return 0;
        room.serve(watched);
    }
}

} // namespace

int main()
{
    const auto signals = drainSignal();
    auto inherited = baton::Inherited::fromEnvironment();
    auto channel = baton::Channel::fromEnvironment();
    auto listener = inherited.take("chat");
    if (!listener) {
        std::fputs("there is no listener; say baton run --listen chat=127.0.0.1:6667 …\n", stderr);
        return 64;
    }
    Room room(std::move(listener));
    admitInherited(inherited, room);
    if (channel) {
        channel->sayStandsBy();
        channel->sayTakesDescriptors();
    }
    baton::notifyReady();
    return serve(signals, channel, room);
}
