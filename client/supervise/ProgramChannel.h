// Baton's end of BATON_CHANNEL, on which a generation that can stand by is told to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Snapshot.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace baton::supervise {

/// Every generation gets one; who never speaks on it is told by signals. What comes is bounded: at most 64 messages a
/// wake-up, of 64 bytes; a message that means nothing is passed over.
class ProgramChannel {
public:
    /// `resumed` is called when the program says that it accepts again.
    /// `takes`: when it says that it takes descriptors.
    ProgramChannel(loop::EventLoop& loop, std::function<void()> resumed, std::function<void()> takes);
    /// The one that an earlier supervisor had with its program.
    ProgramChannel(loop::EventLoop& loop, const ChannelState& state, std::function<void()> resumed,
                   std::function<void()> takes);

    ChannelState save() const;

    /// What the program is to inherit; ours is closed by forget().
    int programEnd() const { return programEnd_.get(); }
    void forgetProgramEnd() { programEnd_.reset(); }

    /// Whether the program said that it obeys, and still holds its end.
    bool obeys() const { return obeys_; }

    /// As the program told last; nothing: it never did.
    std::optional<std::int64_t> connections() const { return connections_; }

    /// Gives the program descriptors, with the word `descriptor NAME`, if it said that it takes them; false if they did
    /// not go.
    bool give(const std::string& name, std::span<const int> descriptors);
    bool takesDescriptors() const { return takes_; }

    /// "drain", "resume" or "stop"; false if it did not go.
    bool say(std::string_view order);

private:
    void read();
    bool readOne();
    void heard(std::string_view message);

    std::function<void()> resumed_;
    std::function<void()> tookTo_;
    os::UniqueFd socket_;
    os::UniqueFd programEnd_;
    loop::Registration watch_;
    std::optional<std::int64_t> connections_;
    bool obeys_ = false;
    bool takes_ = false;
};

} // namespace baton::supervise
