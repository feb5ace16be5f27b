// One thread, one epoll set: descriptors and timers become calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/UniqueFd.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

namespace baton::loop {

/// What is dispatched first when several descriptors are ready in one wake-up: a death before the READY of the dead.
enum class Priority { Death = 0, Ordinary = 1 };

class EventLoop;

/// Ends a watch or a timer when it is destroyed. May outlive nothing of the loop.
class Registration {
public:
    Registration() = default;
    Registration(EventLoop& loop, std::uint64_t id) : loop_(&loop), id_(id) {}
    Registration(Registration&& other) noexcept { swap(other); }
    Registration& operator=(Registration&& other) noexcept
    {
        Registration(std::move(other)).swap(*this);
        return *this;
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() { reset(); }

    void reset();
    explicit operator bool() const { return loop_ != nullptr; }

    /// Of a timer that has not come yet: when it does; nothing else has such a time.
    std::optional<Instant> due() const;

private:
    void swap(Registration& other) noexcept;

    EventLoop* loop_ = nullptr;
    std::uint64_t id_ = 0;
};

/// Not for several threads. Idle means asleep: without a timer that is due there is no wake-up at all.
class EventLoop {
public:
    using Callback = std::function<void()>;

    explicit EventLoop(const Clock& clock);

    /// Calls back whenever `fd` is readable (level-triggered; end of file too). The descriptor must stay open until the
    /// registration is gone: epoll remembers the open file, not the number.
    [[nodiscard]] Registration whenReadable(int fd, Callback callback, Priority priority = Priority::Ordinary);

    /// Calls back whenever poll(2) would say POLLHUP or POLLERR of `fd`, and for nothing else (level-triggered): a
    /// listener that somebody shut down. The descriptor must stay open as above.
    [[nodiscard]] Registration whenHungUp(int fd, Callback callback);

    /// Calls back once, not before `delay` has passed.
    [[nodiscard]] Registration after(Duration delay, Callback callback);
    /// The same, not before `due`; at once if that is over.
    [[nodiscard]] Registration at(Instant due, Callback callback);

    /// Calls back at the end of each turn, which is never a reason for one. Once: it holds as long as the loop.
    void atEndOfTurn(Callback callback) { endOfTurn_ = std::move(callback); }

    /// Runs until stop(), which may have been called before. What a callback throws comes out here.
    void run();

    /// One wait and what it brought; waits at most `longest`.
    void turn(Duration longest);

    void stop() { stopped_ = true; }
    /// Nothing of this turn or a later one is to be begun any more.
    bool isStopped() const { return stopped_; }
    const Clock& clock() const { return clock_; }

private:
    friend class Registration;

    struct Watch {
        int fd;
        Priority priority;
        std::shared_ptr<Callback> callback; // Shared with the dispatch under way, which may end its own registration.
    };
    struct Timer {
        Instant due;
        Callback callback;
    };

    Registration watch(int fd, std::uint32_t events, Callback callback, Priority priority);
    void remove(std::uint64_t id);
    void dispatchReady(int timeoutMilliseconds);
    void dispatchDue();
    void endTurn() const;
    int millisecondsToNext() const;

    const Clock& clock_;
    os::UniqueFd epoll_;
    std::uint64_t lastId_ = 0;
    std::unordered_map<std::uint64_t, Watch> watches_;
    std::map<std::uint64_t, Timer> timers_;
    Callback endOfTurn_;
    bool stopped_ = false;
};

} // namespace baton::loop
