// A connection from accept to close, and the count of all of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/UniqueFd.h"
#include "client/service/RequestHead.h"
#include "client/service/Tls.h"

#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace baton::service {

/// How many connections are open, and whether more may come. One lock over both, so that "drained" has no gap: the
/// poller counts each connection before it can say that it has stopped accepting.
class ConnectionCount {
public:
    void opened();
    void closed();
    void accepting(bool yes);

    std::size_t open() const;
    bool drained() const; ///< none is open, and none will come
    bool waitUntilDrained(Duration atMost) const;

private:
    bool isDrained() const { return open_ == 0 && !accepting_; }

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::size_t open_ = 0;
    bool accepting_ = true;
};

enum class Phase {
    Head,     ///< the head of a request is awaited or half here
    Idle,     ///< answered before, and silent since
    Busy,     ///< a worker has it
    Lingering ///< everything was sent; the client is to close first, so that no reset overtakes the answer
};

/// Owned by the poller or by one worker, never both; it goes from one to the other through a locked queue. Two owners
/// at the end: a handler that detached the socket (for a WebSocket) may keep it longer than the server.
struct HttpConnection {
    using List = std::list<std::shared_ptr<HttpConnection>>;

    /// `tls`: null where it speaks in the clear.
    HttpConnection(os::UniqueFd accepted, std::shared_ptr<ConnectionCount> counted, std::size_t longestHead,
                   SSL_CTX* tls);
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    ~HttpConnection();

    /// As recv(2) and send(2) with MSG_DONTWAIT and MSG_NOSIGNAL. After EAGAIN, awaits() is what to poll for.
    ssize_t receive(char* bytes, std::size_t length);
    ssize_t send(const char* bytes, std::size_t length);
    short awaits(short otherwise) const { return tls ? tls->awaits() : otherwise; }
    bool holdsMore() const { return tls && tls->holdsMore(); } ///< bytes that the socket does not tell of
    void sayLast();                                            ///< nothing more is sent

    os::UniqueFd socket;
    std::unique_ptr<Tls> tls;
    std::shared_ptr<ConnectionCount> count;
    std::string inbox; ///< what has come and belongs to no request that was answered
    HeadFinder finder;
    RequestHead head; ///< of the request at the inbox's front, while Busy
    Phase phase = Phase::Head;
    Instant deadline;
    std::size_t discarded = 0; ///< bytes read while lingering
    List::iterator place;      ///< in the poller's list of its phase
};

} // namespace baton::service
