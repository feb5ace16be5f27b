// An open loop: requests are due by the clock, whether or not the earlier ones were answered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/load/Report.h"
#include "tests/support/load/Session.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace baton::load {

/// What became of one request.
struct Ended {
    Asked asked;
    Moment at;
    std::optional<Trouble> trouble; ///< nothing: answered
    std::string version;            ///< of an answer
};

/// Asks as the options say, in the calling thread. Never repeats a request unless the options say so.
class Load {
public:
    /// @throws std::invalid_argument for a target that is no address.
    explicit Load(const Options& options);

    /// Called once for each version, when it answers for the first time.
    std::function<void(const std::string& version, Micros sinceStart, Mode mode)> onNewVersion;

    /// Called once for each request that is counted.
    std::function<void(const Ended& ended)> onEnd;

    /// Until the duration is over or `stop` becomes readable (-1: never); then waits for the answers that are still
    /// due. @throws std::system_error when this machine is at its end, not the server.
    Report run(int stop);

private:
    // When the next request of a rate is due.
    struct Schedule {
        Moment start;
        int perSecond = 0;
        std::uint64_t issued = 0;

        Moment next() const;
    };

    void waitForListener(int stop);
    void openKept();
    void issueDue(Moment now);
    void dispatch();
    bool start(Session& session, const Asked& asked);
    void handle(Session& session);
    void fail(Session& session, Trouble trouble);
    void countFailure(const Asked& asked, Trouble trouble);
    void countAnswer(Session& session);
    void release(Session& session);
    void expire(Moment now);
    Moment nextWake(Moment now) const;
    bool outstanding() const;

    Options options_;
    Target target_;
    std::string requests_[2]; // by Mode
    struct FreeContext {
        void operator()(SSL_CTX* context) const;
    };
    std::unique_ptr<SSL_CTX, FreeContext> tls_; // null: in the clear
    os::UniqueFd epoll_;
    Report report_;
    Moment start_;
    Moment lastAnswer_;
    Moment nextScan_;
    bool sending_ = true;
    Schedule newSchedule_;
    Schedule keptSchedule_;
    std::deque<Asked> newWaiting_;
    std::deque<Asked> keptWaiting_;
    std::unordered_map<Session*, std::unique_ptr<Session>> sessions_;
    std::deque<Session*> free_; // kept ones without a request, the longest unused first
    std::vector<Session*> ended_;
};

} // namespace baton::load
