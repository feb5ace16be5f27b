// What a release stores outlives it: a chat's guests stay connected through five updates.
// SPDX-License-Identifier: Apache-2.0
#include "client/core/Text.h"
#include "tests/system/Successor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <poll.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace baton::system {
namespace {

using ::testing::ElementsAre;

class Guest {
public:
    explicit Guest(const std::string& address)
    {
        const auto colon = address.rfind(':');
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(parseNumber(address.substr(colon + 1)).value_or(0)));
        ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
        socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    }

    void say(const std::string& line) const
    {
        ::send(socket_.get(), (line + '\n').data(), line.size() + 1, MSG_NOSIGNAL);
    }

    // The next line without the name of who said it; "" if none comes, or the connection is cut.
    std::string hears()
    {
        for (;;) {
            if (const auto end = text_.find('\n'); end != std::string::npos) {
                const auto line = text_.substr(0, end);
                text_.erase(0, end + 1);
                return line.substr(line.find(": ") + 2);
            }
            pollfd one{socket_.get(), POLLIN, 0};
            std::array<char, 4096> block{};
            if (::poll(&one, 1, static_cast<int>(Patient.count())) != 1) return {};
            const auto length = ::recv(socket_.get(), block.data(), block.size(), 0);
            if (length <= 0) return {};
            text_.append(block.data(), static_cast<std::size_t>(length));
        }
    }

private:
    os::UniqueFd socket_;
    std::string text_;
};

struct StoredDescriptors : Succeeded {
    // LeakSanitizer halts a process that ends, to look at it, and waits for ever where Baton's SIGCONT comes in that
    // moment: the chat ends as soon as it is told to.
    StoredDescriptors()
    {
        const char* const options = std::getenv("ASAN_OPTIONS");
        ::setenv("ASAN_OPTIONS", ((options != nullptr ? options : "") + std::string(":detect_leaks=0")).c_str(), 1);
    }

    ::testing::AssertionResult servesChat(std::vector<std::string> options, const std::string& probation)
    {
        RunOptions chat{{scratch.copyOf(CHAT, "1.0.0").string()}, std::move(options), {"chat=127.0.0.1:0"}};
        chat.probation = probation;
        return serves(chat);
    }

    // One guest counts aloud all the time; another must hear every number, in order, through five updates.
    void keepsGuestsThroughFiveUpdates()
    {
        Guest ann(web);
        Guest ben(web);
        ASSERT_TRUE(eventually([this] { return status().release->status == "2 guests"; }));
        std::atomic<bool> isOver = false;
        int said = 0;
        std::thread counting([&] {
            while (!isOver) {
                ann.say(std::to_string(said++));
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
            ann.say("over");
        });
        std::vector<std::string>
            heard; // All the time: what a guest leaves unread does not fit into its socket for ever.
        std::thread listening([&] {
            do heard.push_back(ben.hears());
            while (!heard.back().empty() && heard.back() != "over");
        });
        for (int i = 1; i <= 5; ++i) {
            const auto version = "1." + std::to_string(i) + ".0";
            EXPECT_TRUE(update(version, scratch.copyOf(CHAT, version), version + " committed"));
            EXPECT_TRUE(eventually([&] { return isServing(version) && status().release->status == "2 guests"; }));
            EXPECT_TRUE(eventually([&] { return status().draining.empty(); }));
        }
        isOver = true;
        counting.join();
        listening.join();
        ASSERT_EQ(heard.size(), static_cast<std::size_t>(said) + 1);
        for (int i = 0; i < said; ++i)
            ASSERT_EQ(heard.at(static_cast<std::size_t>(i)), std::to_string(i)) << "of " << said;
        ben.say("good night");
        EXPECT_EQ(ann.hears(), "good night");
        EXPECT_EQ(stop(), 0);
        EXPECT_EQ(ann.hears(), "") << "with Baton its store has ended";
    }
};

TEST_F(StoredDescriptors, KeepGuestsThroughFiveUpdatesByRestart)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "50ms"));
    keepsGuestsThroughFiveUpdates();
}

TEST_F(StoredDescriptors, KeepGuestsThroughFiveUpdatesByOverlap)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "50ms"}, "0s"));
    keepsGuestsThroughFiveUpdates();
}

// Who comes, and what the chat stores and says of it, while nobody reads, is found by the next Baton.
TEST_F(StoredDescriptors, KeepGuestsThroughAnUpgradeOfBatonAndTheUpdateAfterIt)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "50ms"));
    Guest ann(web);
    ASSERT_TRUE(eventually([this] { return status().release->status == "1 guests"; }));

    beginSlowUpgrade();
    Guest ben(web);
    ann.say("come in");
    EXPECT_EQ(ben.hears(), "come in");
    letItWork();
    ASSERT_TRUE(eventually([this] { return status().release->status == "2 guests"; }));
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.1.0") && status().release->status == "2 guests"; }));

    ben.say("still here");
    EXPECT_EQ(ann.hears(), "still here");
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, MoveOnWithAHandOffInWhoseMidstAnotherBatonTakesOver)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "8s"}, "0s"));
    Guest ann(web);
    Guest ben(web);
    ASSERT_TRUE(eventually([this] { return status().release->status == "2 guests"; }));
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return status().candidate && status().candidate->status == "2 guests"; }));

    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();
    ASSERT_EQ(status().state, "probationAlone") << "the test is too slow for what it says";
    EXPECT_EQ(status().candidate->status, "2 guests");
    ann.say("to the candidate");
    EXPECT_EQ(ben.hears(), "to the candidate");
    ASSERT_TRUE(baton->says("1.1.0 committed"));
    ASSERT_TRUE(update("1.2.0", scratch.copyOf(CHAT, "1.2.0"), "1.2.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.2.0") && status().release->status == "2 guests"; }));

    ben.say("good night");
    EXPECT_EQ(ann.hears(), "good night");
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, ComeBackToTheOneThatStoodByAlsoUnderAnotherBaton)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "20s"}, "0s"));
    Guest ann(web);
    Guest ben(web);
    ASSERT_TRUE(eventually([this] { return status().release->status == "2 guests"; }));
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return status().candidate && status().candidate->status == "2 guests"; }));

    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();
    ::kill(status().candidate->pid, SIGKILL);
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0") && status().release->status == "2 guests"; }));

    ann.say("to the old one");
    EXPECT_EQ(ben.hears(), "to the old one");
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, OfOneThatWentAreNotKeptOpen)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "50ms"));
    Guest ann(web);
    {
        Guest ben(web);
        ASSERT_TRUE(eventually([this] { return status().release->status == "2 guests"; }));
        ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 committed"));
        ASSERT_TRUE(eventually([this] { return status().release->status == "2 guests"; }));
    }
    ASSERT_TRUE(eventually([this] { return status().release->status == "1 guests"; }));
    ASSERT_TRUE(update("1.2.0", scratch.copyOf(CHAT, "1.2.0"), "1.2.0 committed"));
    EXPECT_TRUE(eventually([this] { return status().release->status == "1 guests"; }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, GoBackWithTheReleaseThatIsTakenUpAgain)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "20s"));
    Guest ann(web);
    Guest ben(web);
    ASSERT_TRUE(eventually([this] { return status().release->status == "2 guests"; }));

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return status().candidate && status().candidate->status == "2 guests"; }));
    ::kill(status().candidate->pid, SIGKILL);
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0") && status().release->status == "2 guests"; }));

    ann.say("still here");
    EXPECT_EQ(ben.hears(), "still here");
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, ComeBackToTheOneThatStoodBy)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "20s"}, "0s"));
    Guest ann(web);
    Guest ben(web);
    ASSERT_TRUE(eventually([this] { return status().release->status == "2 guests"; }));
    const auto before = status().release->pid;

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return status().candidate && status().candidate->status == "2 guests"; }));
    ann.say("to the new one");
    EXPECT_EQ(ben.hears(), "to the new one");
    ::kill(status().candidate->pid, SIGKILL);
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));

    EXPECT_EQ(status().release->pid, before);
    ann.say("to the old one");
    EXPECT_EQ(ben.hears(), "to the old one");
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
