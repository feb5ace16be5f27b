// Says the time to whoever connects: a program that lives under Baton, or systemd, without Poco.
// SPDX-License-Identifier: Apache-2.0
#include "client/program/Inherited.h"
#include "client/program/Notify.h"

#include <sys/signalfd.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <ctime>

namespace {

baton::os::UniqueFd drainSignal()
{
    sigset_t drain;
    ::sigemptyset(&drain);
    ::sigaddset(&drain, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &drain, nullptr);
    return baton::os::UniqueFd(::signalfd(-1, &drain, SFD_CLOEXEC));
}

void answer(int listener)
{
    const baton::os::UniqueFd client(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) return; // The other generation was quicker; this one goes back to poll().
    const auto now = std::time(nullptr);
    std::array<char, 32> line{};
    const auto length = std::strftime(line.data(), line.size(), "%FT%TZ\n", std::gmtime(&now));
    ::send(client.get(), line.data(), length, MSG_NOSIGNAL);
}

} // namespace

int main()
{
    const auto signals = drainSignal(); // Before READY=1: from then on Baton may tell us to leave.
    const auto listener = baton::Inherited::fromEnvironment().take("daytime");
    if (!listener) {
        std::fputs("there is no listener; say baton run --listen daytime=127.0.0.1:1300 …\n", stderr);
        return 64;
    }
    baton::notifyReady();
    std::array<pollfd, 2> watched{pollfd{listener.get(), POLLIN, 0}, pollfd{signals.get(), POLLIN, 0}};
    for (;;) {
        if (::poll(watched.data(), watched.size(), -1) < 0) continue; // It was stopped and went on.
        if (watched[1].revents != 0) return 0; // Who still waits in the queue is answered by the next generation.
        answer(listener.get());
    }
}
