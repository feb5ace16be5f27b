// Those who are connected to the chat, and how they are given to Baton, which gives them to the next release.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "client/program/Inherited.h"
#include "docs/examples/chat/WebSocket.h"

#include <poll.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Nothing is ever read of a message that is not there as a whole: MSG_PEEK looks, and what is half said, be it a
/// handshake, stays in the socket for whoever reads it next. So all that a release knows of a connection is its socket
/// and the name under which that is stored, and there is nothing that could be lost between two releases.
class Room {
public:
    /// What a connection is called in Baton's store. Who has not finished his handshake is at the door still.
    static constexpr std::string_view Guest = "guest";
    static constexpr std::string_view AtTheDoor = "at-the-door";

    explicit Room(baton::os::UniqueFd listener) : listener_(std::move(listener)) {}

    /// One that the release before has stored; nothing if it is called otherwise.
    void admit(baton::InheritedSocket stored);

    /// Gives all of them away, and keeps quiet.
    void leave();

    /// The release that was to follow has failed: those who were given away come back by Baton's channel.
    void resume() { isQuiet_ = false; }

    void watch(std::vector<pollfd>& watched) const;
    void serve(const std::vector<pollfd>& ready);

    /// How many there are, as a line for people.
    std::string status() const;

private:
    struct Connection {
        baton::os::UniqueFd socket;
        bool isGuest = false;
    };

    void accept();
    bool listenTo(Connection& from, bool isOver) const;
    std::size_t open(Connection& caller, std::string_view bytes) const;
    bool obey(const Connection& from, const websocket::Message& message) const;
    void tellOthers(const Connection& speaker, const websocket::Message& message) const;
    void give(std::string_view name);
    std::size_t guests() const;

    baton::os::UniqueFd listener_;
    std::vector<Connection> connections_;
    bool isQuiet_ = false;
};
