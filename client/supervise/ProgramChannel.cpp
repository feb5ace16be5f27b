#include "client/supervise/ProgramChannel.h"

#include "client/core/Text.h"
#include "client/os/Message.h"
#include "client/os/Passing.h"
#include "client/os/Sockets.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace baton::supervise {
namespace {

constexpr std::size_t LongestMessage = 64;
constexpr int MostMessages = 64;
constexpr std::string_view Draining = "draining ";

} // namespace

ProgramChannel::ProgramChannel(loop::EventLoop& loop, std::function<void()> resumed, std::function<void()> takes)
    : resumed_(std::move(resumed)),
      tookTo_(std::move(takes))
{
    auto [ours, theirs] = os::packetPair();
    socket_ = std::move(ours);
    programEnd_ = std::move(theirs);
    watch_ = loop.whenReadable(socket_.get(), [this] { read(); });
}

ProgramChannel::ProgramChannel(loop::EventLoop& loop, const ChannelState& state, std::function<void()> resumed,
                               std::function<void()> takes)
    : resumed_(std::move(resumed)),
      tookTo_(std::move(takes)),
      socket_(os::received(state.socket)),
      connections_(state.connections),
      obeys_(state.obeys),
      takes_(state.takes)
{
    if (state.isOpen) watch_ = loop.whenReadable(socket_.get(), [this] { read(); });
}

ChannelState ProgramChannel::save() const { return {socket_.get(), bool(watch_), obeys_, takes_, connections_}; }

bool ProgramChannel::say(std::string_view order)
{
    const auto sent = ::send(socket_.get(), order.data(), order.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != static_cast<ssize_t>(order.size())) obeys_ = false; // It does not read: from now on by signals.
    return obeys_;
}

bool ProgramChannel::give(const std::string& name, std::span<const int> descriptors)
{
    return takes_ && os::sendMessage(socket_.get(), "descriptor " + name, descriptors, MSG_DONTWAIT);
}

void ProgramChannel::read()
{
    for (int i = 0; i < MostMessages && readOne(); ++i) {
    }
}

bool ProgramChannel::readOne()
{
    std::array<char, LongestMessage> text{};
    const auto length = ::recv(socket_.get(), text.data(), text.size(), MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (length <= 0) { // It closed its end, or is gone.
        obeys_ = takes_ = false;
        watch_.reset();
        return false;
    }
    heard({text.data(), static_cast<std::size_t>(length)});
    return true;
}

void ProgramChannel::heard(std::string_view message)
{
    if (message == "stands-by") obeys_ = true;
    if (message == "resumed") {
        connections_.reset(); // What it counts from now on, nobody waits for.
        resumed_();
    }
    if (message == "takes-descriptors") {
        takes_ = true;
        tookTo_();
    }
    if (!message.starts_with(Draining)) return;
    if (const auto count = parseNumber(message.substr(Draining.size()))) connections_ = *count;
}

} // namespace baton::supervise
