#include "client/supervise/QueueWatch.h"

#include "client/os/Listening.h"

namespace baton::supervise {

bool QueueTrend::growsWith(int waiting)
{
    if (waiting == 0 || waiting < last_) looks_ = 0;
    if (looks_ == 0) first_ = waiting;
    if (waiting > 0) ++looks_;
    last_ = waiting;
    return looks_ > MostLooks && waiting > first_;
}

QueueWatch::QueueWatch(loop::EventLoop& loop, const ListenerSet& listeners,
                       std::function<void(const std::string&)> found)
    : loop_(loop),
      listeners_(listeners),
      found_(std::move(found))
{
    next_ = loop_.after(BetweenLooks, [this] { look(); });
}

void QueueWatch::look()
{
    next_ = loop_.after(BetweenLooks, [this] { look(); });
    for (const auto& listener : listeners_.all()) {
        const auto waiting = os::connectionsWaiting(listener->socket.get());
        if (!waiting || !trends_[listener->socket.get()].growsWith(*waiting)) continue;
        const auto found = found_; // The call may destroy us.
        return found("nobody accepts on " + listener->name + ": " + std::to_string(*waiting) + " connections wait");
    }
}

} // namespace baton::supervise
