#include "tests/system/Guest.h"

#include "client/core/Text.h"
#include "tests/system/Running.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace baton::system {
namespace {

using Poco::Net::WebSocket;

constexpr int MostAhead = 16;

Poco::Timespan timespan(std::chrono::milliseconds time) { return Poco::Timespan(time.count() * 1000); }

} // namespace

Guest::Guest(const std::string& address)
{
    const Poco::Net::SocketAddress to(address);
    Poco::Net::HTTPClientSession session(to.host().toString(), to.port());
    session.setTimeout(timespan(Patient));
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, "/", Poco::Net::HTTPRequest::HTTP_1_1);
    Poco::Net::HTTPResponse response;
    socket_ = std::make_unique<WebSocket>(session, request, response);
    socket_->setReceiveTimeout(timespan(Patient));
}

void Guest::say(const std::string& text) { socket_->sendFrame(text.data(), static_cast<int>(text.size())); }

void Guest::sayBytes(std::string_view bytes)
{
    ::send(socket_->impl()->sockfd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::optional<Guest::Heard> Guest::next()
try {
    std::array<char, 8192> text{};
    int flags = 0;
    const int length = socket_->receiveFrame(text.data(), static_cast<int>(text.size()), flags);
    if (length <= 0 && flags == 0) return std::nullopt; // cut
    const std::string all(text.data(), static_cast<std::size_t>(length));
    const int opcode = flags & WebSocket::FRAME_OP_BITMASK;
    const auto end = opcode == WebSocket::FRAME_OP_TEXT ? all.find(": ") : std::string::npos;
    if (end == std::string::npos) return Heard{"", all, opcode};
    return Heard{all.substr(0, end), all.substr(end + 2), opcode};
} catch (const Poco::Exception&) { // too late, or cut
    return std::nullopt;
}

std::string Guest::hears()
{
    const auto heard = next();
    return heard && heard->opcode == WebSocket::FRAME_OP_TEXT ? heard->what : std::string();
}

bool Guest::hasNews(std::chrono::milliseconds patience)
{
    return socket_->poll(timespan(patience), Poco::Net::Socket::SELECT_READ);
}

std::string Guest::name() const { return std::to_string(socket_->address().port()); }

std::string clientFrame(int flags, std::string_view payload)
{
    std::string frame{static_cast<char>(flags), static_cast<char>(0x80U | payload.size()), '\0', '\0', '\0', '\0'};
    return frame.append(payload);
}

Talk::Talk(std::vector<std::unique_ptr<Guest>>& guests) : guests_(guests), ears_(guests.size())
{
    for (std::size_t i = 0; i < guests.size(); ++i)
        for (std::size_t other = 0; other < guests.size(); ++other)
            if (other != i) ears_[i].next[guests[other]->name()] = 0;
    thread_ = std::thread([this] { run(); });
}

Talk::~Talk() { end(); }

std::vector<std::string> Talk::end()
{
    isOver_ = true;
    if (thread_.joinable()) thread_.join();
    return wrong_;
}

void Talk::run()
try {
    constexpr std::chrono::milliseconds Pace(1);
    while (!isOver_ && wrong_.empty()) {
        if (haveHeard(said_ - MostAhead)) {
            for (const auto& guest : guests_) guest->say(std::to_string(said_));
            ++said_;
        }
        for (std::size_t i = 0; i < guests_.size(); ++i) listen(i, Pace);
    }
    for (std::size_t i = 0; i < guests_.size(); ++i)
        while (wrong_.empty() && !std::all_of(ears_[i].next.begin(), ears_[i].next.end(),
                                              [this](const auto& each) { return each.second == said_; }))
            listen(i, Patient);
    for (std::size_t i = 0; i < guests_.size(); ++i) // What is said twice comes later.
        if (wrong_.empty()) listen(i, Pace);
} catch (const Poco::Exception& e) {
    wrong_.push_back("a guest could not speak: " + e.displayText());
}

void Talk::listen(std::size_t who, std::chrono::milliseconds patience)
{
    const auto name = guests_[who]->name();
    if (!guests_[who]->hasNews(patience)) {
        if (patience == Patient) wrong_.push_back(name + " hears nothing any more");
        return;
    }
    const auto heard = guests_[who]->next();
    if (!heard || heard->opcode != WebSocket::FRAME_OP_TEXT)
        return wrong_.push_back(name + (heard ? " was sent away: " + heard->what : " was cut off"));
    const auto expected = ears_[who].next.find(heard->who);
    if (expected == ears_[who].next.end()) return wrong_.push_back(name + " heard a stranger, " + heard->who);
    if (heard->what != std::to_string(expected->second))
        return wrong_.push_back(name + " heard " + heard->what + " of " + heard->who + ", and not " +
                                std::to_string(expected->second));
    ++expected->second;
}

bool Talk::haveHeard(int numbers) const
{
    return std::all_of(ears_.begin(), ears_.end(), [numbers](const auto& ears) {
        return std::all_of(ears.next.begin(), ears.next.end(),
                           [numbers](const auto& each) { return each.second >= numbers; });
    });
}

} // namespace baton::system
