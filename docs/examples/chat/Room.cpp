#include "docs/examples/chat/Room.h"

#include "client/program/Descriptors.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace {

using websocket::Kind;
using websocket::Reason;

constexpr std::size_t Most = 64; // as many as Baton keeps

// Poll says nothing before so many bytes are there: what is half said would wake us again and again.
void awaitBytes(int socket, std::size_t count)
{
    const int number = static_cast<int>(count);
    ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &number, sizeof number);
}

// Whoever does not take it whole does not listen, and half a frame would spoil all that follows: he is hung up on,
// which is noticed as any other end.
void send(int socket, const std::string& bytes)
{
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != static_cast<ssize_t>(bytes.size())) ::shutdown(socket, SHUT_RDWR);
}

void take(int socket, std::size_t count)
{
    std::array<char, websocket::MostBytes> bytes{};
    ::recv(socket, bytes.data(), count, MSG_DONTWAIT);
    awaitBytes(socket, 1);
}

// The port that he speaks from: a name that lasts as long as his connection.
std::string nameOf(int socket)
{
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &length);
    return std::to_string(ntohs(address.sin_port));
}

} // namespace

void Room::admit(baton::InheritedSocket stored)
{
    if (stored.name == Guest || stored.name == AtTheDoor)
        connections_.push_back({std::move(stored.socket), stored.name == Guest});
}

// The guests first, and all at once: then the next release has them all before it reads what one of them says.
void Room::leave()
{
    isQuiet_ = true;
    std::stable_partition(connections_.begin(), connections_.end(), [](const auto& each) { return each.isGuest; });
    for (; connections_.size() > Most; connections_.pop_back()) // Two releases accepted at a time.
        send(connections_.back().socket.get(), websocket::closing(Reason::GoingAway));
    give(Guest);
    give(AtTheDoor);
}

// What is stored is the next one's: we keep no duplicate of it, and so there is never a second reader.
void Room::give(std::string_view name)
{
    const auto isCalledSo = [&](const Connection& each) { return each.isGuest == (name == Guest); };
    std::vector<int> descriptors;
    for (const auto& each : connections_)
        if (isCalledSo(each)) descriptors.push_back(each.socket.get());
    if (!descriptors.empty() && !baton::store(name, descriptors)) // Nobody keeps them: they are told.
        for (const int each : descriptors) send(each, websocket::closing(Reason::GoingAway));
    std::erase_if(connections_, isCalledSo);
}

void Room::watch(std::vector<pollfd>& watched) const
{
    if (isQuiet_) return;
    watched.push_back({connections_.size() < Most ? listener_.get() : -1, POLLIN, 0});
    for (const auto& each : connections_) watched.push_back({each.socket.get(), POLLIN | POLLRDHUP, 0});
}

void Room::serve(const std::vector<pollfd>& ready)
{
    for (const auto& one : ready) {
        if (one.revents == 0 || isQuiet_) continue;
        if (one.fd == listener_.get()) accept();
        const auto found = std::find_if(connections_.begin(), connections_.end(),
                                        [&](const auto& each) { return each.socket.get() == one.fd; });
        if (found == connections_.end() || listenTo(*found, (one.revents & ~POLLIN) != 0)) continue;
        ::shutdown(one.fd, SHUT_RDWR); // Baton may hold a duplicate, which it lets go then.
        connections_.erase(found);
    }
}

void Room::accept()
{
    baton::os::UniqueFd caller(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (caller) connections_.push_back({std::move(caller), false}); // Else the other release was quicker.
}

// One message, or one handshake, if it is there as a whole. False: this connection is over. `isOver`: there will be no
// more from him than what is there.
bool Room::listenTo(Connection& from, bool isOver) const
{
    const int socket = from.socket.get();
    std::array<char, websocket::MostBytes> bytes{};
    const auto length = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (length <= 0) return length < 0 && !isOver;
    const std::string_view said(bytes.data(), static_cast<std::size_t>(length));
    if (!from.isGuest) {
        const auto head = open(from, said);
        if (head == 0) awaitBytes(socket, said.size() + 1);
        return head == 0 ? !isOver && said.size() < bytes.size() : from.isGuest;
    }
    const auto first = websocket::firstMessage(said);
    if (const auto* broken = std::get_if<websocket::Broken>(&first)) {
        send(socket, websocket::closing(broken->reason));
        return false;
    }
    if (const auto* incomplete = std::get_if<websocket::Incomplete>(&first)) {
        awaitBytes(socket, incomplete->bytes);
        return !isOver;
    }
    const auto& message = std::get<websocket::Message>(first);
    take(socket, message.bytes);
    return obey(from, message);
}

// How long the request was; 0: it is not there as a whole.
std::size_t Room::open(Connection& caller, std::string_view bytes) const
{
    constexpr std::string_view End = "\r\n\r\n";
    const auto end = bytes.find(End);
    if (end == bytes.npos) return 0;
    const auto size = end + End.size();
    const auto welcome = websocket::welcome(std::string(bytes.substr(0, size)));
    take(caller.socket.get(), size);
    send(caller.socket.get(), welcome.reply);
    caller.isGuest = welcome.isAccepted;
    return size;
}

bool Room::obey(const Connection& from, const websocket::Message& message) const
{
    const int socket = from.socket.get();
    for (const auto& ping : message.pings) send(socket, websocket::message(Kind::Pong, ping));
    switch (message.kind) {
    case Kind::Close: send(socket, websocket::message(Kind::Close, message.payload)); return false;
    case Kind::Ping: send(socket, websocket::message(Kind::Pong, message.payload)); return true;
    case Kind::Text:
    case Kind::Binary: tellOthers(from, message); return true;
    default: return true; // a pong that nobody asked for
    }
}

void Room::tellOthers(const Connection& speaker, const websocket::Message& message) const
{
    const auto bytes = websocket::message(message.kind, nameOf(speaker.socket.get()) + ": " + message.payload);
    for (const auto& each : connections_)
        if (each.isGuest && &each != &speaker) send(each.socket.get(), bytes);
}

std::size_t Room::guests() const
{
    return static_cast<std::size_t>(
        std::count_if(connections_.begin(), connections_.end(), [](const auto& each) { return each.isGuest; }));
}

std::string Room::status() const
{
    const auto callers = connections_.size() - guests();
    return std::to_string(guests()) + " guests" + (callers == 0 ? "" : ", " + std::to_string(callers) + " at the door");
}
