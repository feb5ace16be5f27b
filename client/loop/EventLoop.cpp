#include "client/loop/EventLoop.h"

#include "client/os/Errors.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>
#include <vector>

namespace baton::loop {

void Registration::swap(Registration& other) noexcept
{
    std::swap(loop_, other.loop_);
    std::swap(id_, other.id_);
}

void Registration::reset()
{
    if (auto* loop = std::exchange(loop_, nullptr)) loop->remove(id_);
}

std::optional<Instant> Registration::due() const
{
    if (loop_ == nullptr) return std::nullopt;
    const auto timer = loop_->timers_.find(id_);
    return timer == loop_->timers_.end() ? std::nullopt : std::optional(timer->second.due);
}

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock),
      epoll_(os::check(::epoll_create1(EPOLL_CLOEXEC), "make an epoll set"))
{
}

Registration EventLoop::whenReadable(int fd, Callback callback, Priority priority)
{
    return watch(fd, EPOLLIN, std::move(callback), priority);
}

// EPOLLHUP and EPOLLERR are told unasked.
Registration EventLoop::whenHungUp(int fd, Callback callback)
{
    return watch(fd, 0, std::move(callback), Priority::Ordinary);
}

Registration EventLoop::watch(int fd, std::uint32_t events, Callback callback, Priority priority)
{
    const auto id = ++lastId_;
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    os::check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "watch a descriptor");
    watches_.emplace(id, Watch{fd, priority, std::make_shared<Callback>(std::move(callback))});
    return {*this, id};
}

Registration EventLoop::after(Duration delay, Callback callback)
{
    return at(clock_.now() + delay, std::move(callback));
}

Registration EventLoop::at(Instant due, Callback callback)
{
    const auto id = ++lastId_;
    timers_.emplace(id, Timer{due, std::move(callback)});
    return {*this, id};
}

void EventLoop::remove(std::uint64_t id)
{
    timers_.erase(id);
    const auto found = watches_.find(id);
    if (found == watches_.end()) return;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.fd, nullptr);
    watches_.erase(found);
}

void EventLoop::run()
{
    while (!stopped_) { // Perhaps already: what is started before the loop may have failed.
        dispatchReady(millisecondsToNext());
        dispatchDue();
        endTurn();
    }
    stopped_ = false;
}

void EventLoop::turn(Duration longest)
{
    const int next = millisecondsToNext();
    const int limit = static_cast<int>(longest.count());
    dispatchReady(next < 0 ? limit : std::min(next, limit));
    dispatchDue();
    endTurn();
}

void EventLoop::endTurn() const
{
    if (endOfTurn_) endOfTurn_();
}

void EventLoop::dispatchReady(int timeoutMilliseconds)
{
    std::array<epoll_event, 64> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeoutMilliseconds);
    if (count < 0 && errno != EINTR) os::fail("wait for events");

    std::vector<std::pair<Priority, std::uint64_t>> ready;
    for (int i = 0; i < count; ++i)
        if (const auto found = watches_.find(events.at(static_cast<std::size_t>(i)).data.u64); found != watches_.end())
            ready.emplace_back(found->second.priority, found->first);
    std::sort(ready.begin(), ready.end());

    for (const auto& [priority, id] : ready) {
        const auto found = watches_.find(id); // A callback before this one may have ended it.
        if (found == watches_.end()) continue;
        const auto callback = found->second.callback;
        (*callback)();
    }
}

void EventLoop::dispatchDue()
{
    const auto now = clock_.now();
    std::vector<std::pair<Instant, std::uint64_t>> due;
    for (const auto& [id, timer] : timers_)
        if (timer.due <= now) due.emplace_back(timer.due, id);
    std::sort(due.begin(), due.end());

    for (const auto& [when, id] : due) {
        const auto found = timers_.find(id);
        if (found == timers_.end()) continue;
        const auto callback = std::move(found->second.callback);
        timers_.erase(found);
        callback();
    }
}

int EventLoop::millisecondsToNext() const
{
    if (timers_.empty()) return -1;
    const auto next = std::min_element(timers_.begin(), timers_.end(), [](const auto& a, const auto& b) {
                          return a.second.due < b.second.due;
                      })->second.due;
    const auto wait = std::max(Duration(0), next - clock_.now());
    return static_cast<int>(std::min<Duration::rep>(wait.count(), std::numeric_limits<int>::max()));
}

} // namespace baton::loop
