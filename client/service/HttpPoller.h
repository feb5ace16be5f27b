// One thread that accepts, and holds every connection that no worker answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/service/Answer.h"
#include "client/service/HttpConnection.h"
#include "client/service/HttpSettings.h"
#include "client/service/HttpWorkers.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace baton::service {

/// Idle connections cost a descriptor and a few hundred bytes, no thread.
class HttpPoller {
public:
    /// Called by the poller's thread with a connection whose request's head is whole.
    using Submit = std::function<void(std::shared_ptr<HttpConnection>)>;

    /// `listeners` stay the caller's, open and non-blocking until stop().
    HttpPoller(std::vector<int> listeners, const HttpSettings& settings, std::shared_ptr<ConnectionCount> count,
               Submit submit);
    ~HttpPoller() { stop(); }

    void start();
    /// Ends the thread and closes what it holds.
    void stop();

    /// Any thread. Stops accepting; idle connections that are left near the end of `within` are closed, spread over
    /// its last quarter.
    void drain(Duration within);
    /// Any thread. Accepts again.
    void resume();
    /// Any thread: a worker has answered.
    void giveBack(std::shared_ptr<HttpConnection> connection, Fate fate);

private:
    // A drain that somebody asked for: when its closing of idle connections begins and ends.
    struct Drain {
        Instant spreadFrom;
        Instant until;
    };

    void run() noexcept;
    void turn(Instant now);
    void obey(Instant now);
    void armListeners(Instant now);
    void acceptSome(int listener, Instant now);
    void pauseAccepting(int error, Instant now);
    void takeReturned(Instant now);
    void read(HttpConnection& connection, Instant now);
    void discard(HttpConnection& connection);
    void advance(HttpConnection& connection, Instant now);
    void refuse(std::shared_ptr<HttpConnection> connection, int status, Instant now);
    HttpConnection& enter(std::shared_ptr<HttpConnection> connection, Phase phase, Instant deadline);
    void arm(HttpConnection& connection);
    void linger(std::shared_ptr<HttpConnection> connection, Instant now);
    std::shared_ptr<HttpConnection> leave(HttpConnection& connection);
    void expire(Instant now);
    void expire(Phase phase, Instant now);
    void spreadClosing(Instant now);
    void closeSilent(HttpConnection& connection, Instant now);
    int patience(Instant now) const;
    HttpConnection::List& listOf(Phase phase) { return waiting_[static_cast<std::size_t>(phase)]; }
    const HttpConnection::List& listOf(Phase phase) const { return waiting_[static_cast<std::size_t>(phase)]; }
    void complain(const std::string& line) const noexcept;
    void wake() noexcept;

    const std::vector<int> listeners_;
    const HttpSettings& settings_;
    const std::shared_ptr<ConnectionCount> count_;
    const Submit submit_;
    os::UniqueFd epoll_;
    os::UniqueFd bell_;
    std::thread thread_;

    std::mutex mutex_; // over what other threads say
    std::vector<std::pair<std::shared_ptr<HttpConnection>, Fate>> returned_;
    std::optional<Drain> wanted_;
    bool ending_ = false;

    // The thread's own.
    HttpConnection::List waiting_[4]; // by Phase; each ordered by deadline, since a phase has one length
    std::optional<Drain> drain_;
    bool armed_ = false;
    Instant acceptAgain_;
    bool complained_ = false;
    std::size_t idleAtSpread_ = 0;
};

} // namespace baton::service
