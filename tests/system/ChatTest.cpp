// The chat of docs/examples speaks WebSocket also with guests who are slow, many or at fault, whatever release it is.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/UpdatedChat.h"

#include <sys/socket.h>

#include <poll.h>

#include <memory>
#include <string>
#include <vector>

namespace baton::system {
namespace {

using Poco::Net::WebSocket;
using ::testing::HasSubstr;
using ::testing::Not;

using Chat = UpdatedChat;

constexpr int Whole = WebSocket::FRAME_FLAG_FIN;

void say(const os::UniqueFd& caller, const std::string& text)
{
    ::send(caller.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

// What a caller is answered, up to the empty line; what came if that does not come.
std::string headFor(const os::UniqueFd& caller)
{
    std::string head;
    pollfd one{caller.get(), POLLIN, 0};
    for (char letter = 0; !head.ends_with("\r\n\r\n"); head += letter)
        if (::poll(&one, 1, static_cast<int>(Patient.count())) != 1 || ::recv(caller.get(), &letter, 1, 0) != 1) break;
    return head;
}

// What is half said when a release leaves is whole for the next one: of a frame, of a message in parts, of a handshake.
TEST_F(Chat, LosesNothingThatWasHalfSaidWhenItWasUpdated)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "50ms"}, "0s"));
    Guest ann(web);
    Guest ben(web);
    const auto caller = connectTo(web);
    say(caller, "GET / HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\nConnec");
    ASSERT_TRUE(eventually([this] { return has("2 guests, 1 at the door"); }));
    const auto word = clientFrame(Whole | WebSocket::FRAME_OP_TEXT, "in two halves");
    ann.sayBytes(word.substr(0, 9));
    ben.sayBytes(clientFrame(WebSocket::FRAME_OP_TEXT, "in parts, ") +
                 clientFrame(Whole | WebSocket::FRAME_OP_PING, "?"));

    for (const std::string version : {"1.1.0", "1.2.0"}) {
        ASSERT_TRUE(update(version, scratch.copyOf(CHAT, version), version + " committed"));
        ASSERT_TRUE(eventually([&] { return isServing(version) && has("2 guests, 1 at the door"); }));
    }
    ann.sayBytes(word.substr(9));
    EXPECT_EQ(ben.hears(), "in two halves");
    ben.sayBytes(clientFrame(Whole | WebSocket::FRAME_OP_CONT, "and whole"));
    EXPECT_EQ(ann.hears(), "in parts, and whole");
    const auto pong = ben.next();
    ASSERT_TRUE(pong);
    EXPECT_EQ(pong->opcode, int{WebSocket::FRAME_OP_PONG});
    EXPECT_EQ(pong->what, "?");
    say(caller, "tion: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_THAT(headFor(caller), HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_TRUE(eventually([this] { return has("3 guests"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Chat, HasRoomForSixtyFourAndLetsOthersWait)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "50ms"));
    std::vector<std::unique_ptr<Guest>> guests;
    for (int i = 0; i < 64; ++i) guests.push_back(std::make_unique<Guest>(web));
    const auto caller = connectTo(web);
    say(caller, "GET /chat HTTP/1.1\r\n\r\n");

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.1.0") && has("64 guests"); }));
    EXPECT_THAT(baton->said(), Not(HasSubstr("descriptors")));
    guests.front()->say("all are here");
    for (std::size_t i = 1; i < guests.size(); ++i) EXPECT_EQ(guests[i]->hears(), "all are here");
    guests.pop_back();

    EXPECT_THAT(headFor(caller), HasSubstr("HTTP/1.1 426 "));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Chat, SendsGuestsAwayWhoBreakTheProtocol)
{
    ASSERT_TRUE(servesChat({}, "0s"));
    const auto nonsense = connectTo(web);
    say(nonsense, "nonsense\r\n\r\n");
    EXPECT_THAT(headFor(nonsense), HasSubstr("HTTP/1.1 400 "));
    struct Case {
        std::string said;
        int reason;
    };
    for (const auto& [said, reason] :
         {Case{std::string("\x81\x02no", 4), 1002}, // not masked
          Case{clientFrame(Whole | WebSocket::FRAME_OP_CONT, "of nothing"), 1002},
          Case{clientFrame(Whole | WebSocket::FRAME_FLAG_RSV1 | WebSocket::FRAME_OP_TEXT, "?"), 1002},
          Case{clientFrame(WebSocket::FRAME_OP_PING, "in parts"), 1002},
          Case{clientFrame(Whole | WebSocket::FRAME_OP_TEXT, "\xff\xfe"), 1007},
          Case{std::string("\x81\xfe\x10\x01", 4), 1009}}) {
        Guest guest(web);
        guest.sayBytes(said);
        const auto heard = guest.next();
        ASSERT_TRUE(heard) << reason;
        EXPECT_EQ(heard->opcode, int{WebSocket::FRAME_OP_CLOSE}) << reason;
        EXPECT_EQ(heard->what, (std::string{'\x03', static_cast<char>(reason & 0xff)}));
    }
    ASSERT_TRUE(eventually([this] { return has("0 guests"); }));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
