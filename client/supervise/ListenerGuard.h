// Looks after the listeners: each is one object for all who hold it, so what one generation does to it hits the others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/Snapshot.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise {

/// | a generation …                         | seen                          | put right                              |
/// |----------------------------------------|-------------------------------|----------------------------------------|
/// | shuts a TCP listener down              | at once, epoll's EPOLLHUP     | listens again; `shutDown` is called    |
/// | shuts another listener down            | at once                       | bound anew for the next generation;    |
/// |                                        |                               | `shutDown` and `lost` are called       |
/// | makes the backlog shorter              | at a change of phase          | as long as it was                      |
/// | clears O_NONBLOCK beside another one   | at a change of phase          | set again                              |
/// | unlinks or replaces a unix path        | at once, inotify on the inode | linked back, or else bound anew for    |
/// |                                        |                               | the next generation: `lost` is called  |
class ListenerGuard {
public:
    using ShutDown = std::function<void(const std::string& sentence)>;
    /// Until another generation starts nobody reaches a listener: said when that is found, and again at each change of
    /// phase as long as it is so.
    using Lost = std::function<void()>;

    /// Looks after all that `listeners` has. `shutDown` and `lost` are called from the loop.
    ListenerGuard(loop::EventLoop& loop, Log& log, ListenerSet& listeners, ShutDown shutDown, Lost lost);
    ListenerGuard(const ListenerGuard&) = delete;
    ListenerGuard& operator=(const ListenerGuard&) = delete;

    /// At each change of phase and each end of a generation; `running` of them have the sockets.
    void check(std::size_t running);

    /// The same before a generation starts. What was bound for it listens now; what was lost is bound anew.
    void beforeStart(std::size_t running);

    /// Its address says another backlog now, which it has been given.
    void learn(const Listener& listener);

    /// What it knows of a listener, and goes on knowing in the next supervisor; nothing of one that it does not look
    /// after yet.
    static std::optional<CareState> save(const Listener& listener);
    void restore(Listener& listener, const CareState& state);

    /// The listener is in the set no more: its path goes when the last generation that has it has ended.
    void letGo(Listener& listener);

    /// It is in the set again, if it was let go.
    static void takeBack(Listener& listener);

private:
    struct Care;
    using SharedCare = std::shared_ptr<Care>;

    void lookAfterNew();
    void lookAfter(Listener& listener);
    SharedCare careFor(Listener& listener);
    static int backlogOf(const Care& care);
    void watchForHangUp(const SharedCare& care);
    void watchPath(const Care& care);
    std::vector<SharedCare> cares();

    void hungUp(const SharedCare& care);
    void checkBacklog(Care& care);
    void checkBlocking(Care& care, std::size_t running);
    void checkPath(Care& care);
    void checkPaths();
    bool hasLost() const;
    void tellOfLost();
    void pathsChanged();
    void begin(Listener& listener);
    void bindAnew(const SharedListener& listener);

    loop::EventLoop& loop_;
    Log& log_;
    ListenerSet& listeners_;
    ShutDown shutDown_;
    Lost lost_;
    std::vector<std::weak_ptr<Care>> cares_;
    os::UniqueFd inotify_;
    loop::Registration pathWatch_;
    loop::Registration lookAgain_;
    loop::Registration tellLost_;
};

} // namespace baton::supervise
