// An HTTP server that says exactly what a test wrote, byte for byte, however wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "tests/support/Loopback.h"

#include <sys/socket.h>

#include <poll.h>

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace baton::testing {

/// Reads one request on each connection, lets the test answer it, and closes. One connection at a time.
class ScriptedServer {
public:
    /// Says bytes; false when the client is gone or the server is being stopped.
    using Say = std::function<bool(std::string_view)>;
    using Answer = std::function<void(const std::string& request, const Say& say)>;

    /// On 127.0.0.1.
    explicit ScriptedServer(Answer answer) : ScriptedServer(std::move(answer), listenOn(loopback())) {}

    /// On a socket that listens already.
    ScriptedServer(Answer answer, os::UniqueFd listener) : answer_(std::move(answer)), listener_(std::move(listener))
    {
        sockaddr_in6 address{}; // The port stands where that of IPv4 does.
        socklen_t length = sizeof address;
        if (::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
            throw std::runtime_error("the test's server has no address");
        port_ = ntohs(address.sin6_port);
        thread_ = std::thread([this] { serve(); });
    }

    ~ScriptedServer()
    {
        over_ = true;
        thread_.join();
    }

    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    /// A socket that listens at the address; one that cannot is -1.
    template <typename Address>
    static os::UniqueFd listenOn(const Address& address)
    {
        const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
        os::UniqueFd listener(::socket(plain->sa_family, Flags, 0));
        if (::bind(listener.get(), plain, sizeof address) != 0 || ::listen(listener.get(), 16) != 0)
            return os::UniqueFd();
        return listener;
    }

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

    std::vector<std::string> requests() const
    {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    bool isOver() const { return over_; }

private:
    static constexpr int Flags = SOCK_STREAM | SOCK_CLOEXEC;
    static constexpr int Tick = 20; // milliseconds between two looks at over_

    void serve()
    {
        while (!over_) {
            pollfd one{listener_.get(), POLLIN, 0};
            if (::poll(&one, 1, Tick) <= 0) continue;
            const os::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            const auto request = read(client.get());
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            answer_(request, [&](std::string_view bytes) { return say(client.get(), bytes); });
        }
    }

    std::string read(int client) const
    {
        std::string request;
        std::array<char, 4096> block{};
        while (!over_ && !isWhole(request)) {
            pollfd one{client, POLLIN, 0};
            if (::poll(&one, 1, Tick) <= 0) continue;
            const auto length = ::recv(client, block.data(), block.size(), 0);
            if (length <= 0) break;
            request.append(block.data(), static_cast<std::size_t>(length));
        }
        return request;
    }

    static bool isWhole(const std::string& request)
    {
        static constexpr std::string_view Length = "Content-Length: ";
        const auto head = request.find("\r\n\r\n");
        if (head == std::string::npos) return false;
        const auto at = request.find(Length);
        if (at == std::string::npos || at > head) return true;
        return request.size() >= head + 4 + std::stoul(request.substr(at + Length.size()));
    }

    bool say(int client, std::string_view bytes) const
    {
        while (!bytes.empty() && !over_) {
            const auto sent = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return !over_;
    }

    Answer answer_;
    os::UniqueFd listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> over_{false};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

} // namespace baton::testing
