// The channel on which Baton and a program that can go back to serving talk about the hand-off.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "client/program/Inherited.h"

#include <cstddef>
#include <deque>
#include <optional>

namespace baton {

/// What Baton says. A signal cannot say these three: SIGTERM only means the end.
enum class Order {
    Drain,  ///< stop accepting, answer what is open, stay: the candidate may yet fail
    Resume, ///< accept again
    Stop    ///< finish the drain and exit 0
};

/// This program's end of BATON_CHANNEL: SOCK_SEQPACKET, one word a message. Not there unless Baton offered it; then the
/// drain signal is all that comes.
class Channel {
public:
    /// Takes the descriptor that BATON_CHANNEL names, and unsets the variable; none without it, or if what it names is
    /// no such socket. Call it once, before any thread.
    static std::optional<Channel> fromEnvironment();

    explicit Channel(os::UniqueFd socket);

    /// For poll(2): readable when there is an order, or when Baton is gone.
    int fd() const { return socket_.get(); }

    /// The next order that waits, without blocking; words of a later Baton that this program does not know are skipped.
    std::optional<Order> next();

    /// A descriptor that another generation has stored, or this one before it was told to resume, and that next() has
    /// come upon: call next() first, until it has nothing more.
    std::optional<InheritedSocket> takeDescriptor();

    /// Whether Baton's end is closed. The program serves on: the next Baton will find and end it by signal.
    bool closed() const { return closed_; }

    /// Says that this program obeys the three orders: without it, Baton speaks to it by signals. False if Baton is
    /// gone.
    bool sayStandsBy() noexcept;
    /// Says that this program takes what other generations store while it runs; false if Baton is gone.
    bool sayTakesDescriptors() noexcept;
    /// Says how many connections are left to answer; false if Baton is gone.
    bool sayDraining(std::size_t connections) noexcept;
    /// Says that this program accepts again.
    bool sayResumed() noexcept;

private:
    os::UniqueFd socket_;
    std::deque<InheritedSocket> descriptors_;
    bool closed_ = false;
};

} // namespace baton
