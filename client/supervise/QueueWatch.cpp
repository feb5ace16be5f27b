#include "client/supervise/QueueWatch.h"

#include "client/os/Connections.h"
#include "client/os/Listening.h"

#include <algorithm>

namespace baton::supervise {
namespace {

// Who waits is asked for where it matters alone: a full queue is rare, and the answer is a long table.
QueueLook lookAt(int listener, int waiting)
{
    QueueLook look{waiting, std::nullopt};
    if (const auto limit = os::backlogOf(listener); limit && *limit > 0 && waiting >= *limit)
        look.full = os::clientsWaiting(listener);
    return look;
}

} // namespace

bool QueueTrend::showsNobody(const QueueLook& look)
{
    if (look.full) return staysFullWith(*look.full);
    fullLooks_ = 0;
    return growsWith(look.waiting);
}

bool QueueTrend::growsWith(int waiting)
{
    if (waiting == 0 || waiting < last_) looks_ = 0;
    if (looks_ == 0) first_ = waiting;
    if (waiting > 0) ++looks_;
    last_ = waiting;
    return looks_ > MostLooks && waiting > first_;
}

// A full queue lets nobody in but into the place of one that was accepted.
bool QueueTrend::staysFullWith(const std::set<std::string>& clients)
{
    looks_ = 0;
    const bool isOld = std::includes(clients_.begin(), clients_.end(), clients.begin(), clients.end());
    if (fullLooks_ == 0 || !isOld) {
        clients_ = clients;
        fullLooks_ = 0;
    }
    return ++fullLooks_ > MostFullLooks;
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
        const int socket = listener->socket.get();
        const auto waiting = os::connectionsWaiting(socket);
        if (!waiting || !trends_[socket].showsNobody(lookAt(socket, *waiting))) continue;
        const auto found = found_; // The call may destroy us.
        return found("nobody accepts on " + listener->name + ": " + std::to_string(*waiting) + " connections wait");
    }
}

} // namespace baton::supervise
