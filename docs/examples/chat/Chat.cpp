// A chat on lines of text whose guests stay connected while it is updated: when it is told to leave, it gives their
// connections to Baton, which gives them to the next release.
// SPDX-License-Identifier: Apache-2.0
#include "client/program/Channel.h"
#include "client/program/Descriptors.h"
#include "client/program/Inherited.h"
#include "client/program/Notify.h"

#include <netinet/in.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using baton::os::UniqueFd;

constexpr std::string_view Guests = "guest"; // what their connections are called in Baton's store

class Chat {
public:
    explicit Chat(UniqueFd listener) : listener_(std::move(listener)) {}

    void admit(UniqueFd guest) { guests_.push_back(std::move(guest)); }
    void leave();  // gives all guests away, and keeps quiet
    void resume(); // the release that was to follow has failed
    void watch(std::vector<pollfd>& watched) const;
    void serve(const std::vector<pollfd>& ready);
    std::size_t size() const { return guests_.size(); }

private:
    void accept();
    bool listenTo(const UniqueFd& guest) const;
    void tellOthers(const UniqueFd& speaker, const std::string& line) const;

    UniqueFd listener_;
    std::vector<UniqueFd> guests_;
    bool quiet_ = false;
};

// Once for all, so that the next release has them all before it reads what the first of them says.
void Chat::leave()
{
    quiet_ = true;
    std::vector<int> connections;
    for (const auto& guest : guests_) connections.push_back(guest.get());
    baton::store(Guests, connections);
}

// They are in use here: the next release gets them when this one leaves, and not before.
void Chat::resume()
{
    quiet_ = false;
    baton::unstore(Guests);
}

void Chat::watch(std::vector<pollfd>& watched) const
{
    if (quiet_) return;
    watched.push_back({listener_.get(), POLLIN, 0});
    for (const auto& guest : guests_) watched.push_back({guest.get(), POLLIN, 0});
}

void Chat::serve(const std::vector<pollfd>& ready)
{
    for (const auto& one : ready) {
        if (one.revents == 0 || quiet_) continue;
        if (one.fd == listener_.get()) accept();
        const auto guest =
            std::find_if(guests_.begin(), guests_.end(), [&](const auto& each) { return each.get() == one.fd; });
        if (guest == guests_.end() || listenTo(*guest)) continue;
        ::shutdown(guest->get(), SHUT_RDWR); // Baton may hold a duplicate, which it lets go then.
        guests_.erase(guest);
    }
}

void Chat::accept()
{
    UniqueFd guest(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (guest) admit(std::move(guest)); // Else the other generation was quicker.
}

// Takes whole lines alone: what is half said stays in the socket, for whoever reads it next. False: the guest is gone.
bool Chat::listenTo(const UniqueFd& guest) const
{
    std::array<char, 1024> text{};
    const auto length = ::recv(guest.get(), text.data(), text.size(), MSG_PEEK | MSG_DONTWAIT);
    if (length <= 0) return length < 0;
    const std::string_view said(text.data(), static_cast<std::size_t>(length));
    const auto end = said.find('\n');
    if (end == said.npos) return said.size() < text.size(); // A line that long is none.
    ::recv(guest.get(), text.data(), end + 1, 0);
    tellOthers(guest, std::string(said.substr(0, end + 1)));
    return true;
}

void Chat::tellOthers(const UniqueFd& speaker, const std::string& line) const
{
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getpeername(speaker.get(), reinterpret_cast<sockaddr*>(&address), &length);
    const auto text = std::to_string(ntohs(address.sin_port)) + ": " + line; // A name that lasts as long as the guest.
    for (const auto& guest : guests_)
        if (guest.get() != speaker.get()) ::send(guest.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

UniqueFd drainSignal()
{
    sigset_t drain;
    ::sigemptyset(&drain);
    ::sigaddset(&drain, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &drain, nullptr);
    return UniqueFd(::signalfd(-1, &drain, SFD_CLOEXEC));
}

// What Baton says: orders, and the guests of the release before. False: leave for good.
bool hear(baton::Channel& channel, Chat& chat)
{
    while (const auto order = channel.next()) {
        if (*order == baton::Order::Stop) return false;
        if (*order == baton::Order::Drain) {
            chat.leave();
            channel.sayDraining(0);
        } else {
            chat.resume();
            channel.sayResumed();
        }
    }
    while (auto stored = channel.takeDescriptor())
        if (stored->name == Guests) chat.admit(std::move(stored->socket));
    return true;
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
    Chat chat(std::move(listener));
    while (auto guest = inherited.take(Guests)) chat.admit(std::move(guest));
    if (channel) {
        channel->sayStandsBy();
        channel->sayTakesDescriptors();
    }
    baton::notifyReady();
    for (std::size_t known = 0;;) {
        if (known != chat.size()) baton::notify("STATUS=" + std::to_string(known = chat.size()) + " guests");
        const bool hears = channel && !channel->closed();
        std::vector<pollfd> watched{{signals.get(), POLLIN, 0}, {hears ? channel->fd() : -1, POLLIN, 0}};
        chat.watch(watched);
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;
        if (watched[0].revents != 0) {
            chat.leave();
            return 0;
        }
        if (watched[1].revents != 0 && !hear(*channel, chat)) return 0;
        chat.serve(watched);
    }
}
