// Guests of the chat of docs/examples: WebSockets by Poco, which knows nothing of updates.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/WebSocket.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace baton::system {

class Guest {
public:
    /// Connects, and is welcomed.  @throws Poco::Exception if he is not.
    explicit Guest(const std::string& address);

    void say(const std::string& text);

    /// Bytes as they are, such as a part of a frame.
    void sayBytes(std::string_view bytes);

    struct Heard {
        std::string who; ///< said it: his port
        std::string what;
        int opcode = 0; ///< Poco::Net::WebSocket::FRAME_OP_…
    };

    /// The next frame; none if there is none within the usual time, or the connection is cut.
    std::optional<Heard> next();

    /// What the next message says; "" if none comes.
    std::string hears();

    /// Whether next() would not wait longer than that.
    bool hasNews(std::chrono::milliseconds patience);

    /// His port, by which the others know him.
    std::string name() const;

private:
    std::unique_ptr<Poco::Net::WebSocket> socket_;
};

/// A frame as a client sends it: masked, with zeros, so that one reads what it says.
std::string clientFrame(int flags, std::string_view payload);

/// Guests who count aloud, all at a time, until end(). None counts on before all have heard all that was said a few
/// numbers ago, so nothing piles up while nobody serves.
class Talk {
public:
    explicit Talk(std::vector<std::unique_ptr<Guest>>& guests);
    ~Talk();
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;

    /// Waits until each has heard each other one's last number: what went wrong, a line each. Nothing did if each has
    /// heard all numbers of each other one, once and in order.
    std::vector<std::string> end();

    /// How far they have counted.
    int numbers() const { return said_; }

private:
    struct Ears {
        std::map<std::string, int> next; // who: the number that he is to say next
    };

    void run();
    void listen(std::size_t who, std::chrono::milliseconds patience);
    bool haveHeard(int numbers) const;

    std::vector<std::unique_ptr<Guest>>& guests_;
    std::vector<Ears> ears_;
    std::vector<std::string> wrong_;
    std::atomic<int> said_ = 0;
    std::atomic<bool> isOver_ = false;
    std::thread thread_;
};

} // namespace baton::system
