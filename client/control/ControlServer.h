// Answers the commands that come to the control socket, one line each, without ever holding up the loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"

#include <filesystem>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace baton::control {

/// A client connects, sends one line of at most 4096 bytes within five seconds, gets the answer and the end of the
/// stream. Only root and our own user are answered, but no child of ours that
/// faces strangers: whoever took that over would give the orders here. At most 16 clients at once, the rest wait to be
/// accepted.
class ControlServer {
public:
    /// Called with the line without its newline; what it returns is sent as it is.
    using Handler = std::function<std::string(const std::string&)>;

    /// Listens at `path`, mode 0600; the caller holds the store's lock, so an old file there is a dead process's.
    ControlServer(loop::EventLoop& loop, const std::filesystem::path& path, Handler handler);
    /// Goes on with what an earlier process listened with: `listener`, bound to `path`, and clients that have said a
    /// part of their line.
    ControlServer(loop::EventLoop& loop, const std::filesystem::path& path, Handler handler, os::UniqueFd listener);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// What is open now, for a process that takes this one's place.
    struct Open {
        int socket;
        std::string line; ///< as far as it has come
        std::optional<Instant> deadline;
    };
    int listener() const { return listener_.get(); }
    std::vector<Open> clients() const;
    void add(os::UniqueFd socket, std::string line, Instant deadline);

private:
    struct Client {
        os::UniqueFd socket;
        std::string line;
        loop::Registration watch;
        loop::Registration deadline;
    };
    using Clients = std::list<Client>;

    void accept();
    void read(Clients::iterator client);
    void answer(Clients::iterator client);
    void listen();
    void pause();
    void close(Clients::iterator client);

    loop::EventLoop& loop_;
    std::filesystem::path path_;
    Handler handler_;
    os::UniqueFd listener_;
    loop::Registration watch_;
    loop::Registration again_; // when this process had no descriptor for who waited
    Clients clients_;
};

} // namespace baton::control
