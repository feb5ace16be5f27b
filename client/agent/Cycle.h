// The update cycle: check, fetch, report; everything else is done by others and read from the store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Gate.h"
#include "client/agent/Ledger.h"
#include "client/agent/Policy.h"
#include "client/agent/Settings.h"
#include "client/agent/Wire.h"
#include "client/core/Clock.h"
#include "client/fetch/PackageFetcher.h"
#include "client/schedule/Planner.h"
#include "client/source/Source.h"

#include <functional>
#include <optional>
#include <set>
#include <string>

namespace baton::agent {

/// The doors through which the world enters.
struct Doors {
    source::Source& source;
    transport::Transport& transport;
    const store::Store& store;
    const Clock& clock;
    schedule::Random& random;
    Wire& wire;
    Log& log;
};

/// One thread, but for the lanes of fetch, which it waits for. Works until the supervisor is gone.
class Cycle : private fetch::Overseer {
public:
    Cycle(const Settings& settings, const Doors& doors);

    /// Goes on with what an earlier process left, then checks whenever it is time or somebody asks. Returns before a
    /// check if `isOutdated` says so.
    void run(const std::function<bool()>& isOutdated = {});

private:
    /// After so many contacts in a row an event that the server does not take holds no check back.
    static constexpr int PatienceForEvents = 3;

    static std::int64_t secondsOf(WallTime time);

    void turn(Heard heard);
    Duration untilNext() const;
    void lookAtClock();
    void hurry();
    void lookAtStore();
    void work(source::Asker asker);
    bool askUnbidden(const char* why);
    void settle(const schedule::Plan& plan);
    void stand(const schedule::Plan& plan);
    void moveToWindows(const schedule::Plan& plan);
    void tellNext();
    void tellUntold();

    bool deliver();
    void deliverUnbidden();
    void ask(source::Asker asker);
    void decideOn(const source::Checked& checked, const std::string& sessionId);
    void giveBack(const source::Checked& checked, const source::Question& question);
    void keep(const source::Checked& checked);
    void heed(const source::Checked& checked);
    void heed(const std::string& retryAfter, bool trusted);
    void answered();
    void considerOffer(source::Offer offer, const source::Checked& checked, const std::string& sessionId);
    void begin(const store::Attempt& attempt, const Publication& publication);
    void tellStale();
    void putOff(const source::Offer& offer, const Bar& bar, const std::string& sessionId);
    void compare(const source::Offer& offer);
    void turnDown(const source::Offer& offer, const Decision& decision, const std::string& sessionId);
    source::Event failed(const source::Offer& offer, const std::string& sessionId, int result, int code) const;
    source::Event failed(const std::string& version, const std::string& sessionId, int result, int code) const;
    void reportOnce(const std::string& what, const source::Event& event);
    void checkFailed(const Failure& failure);
    bool isTold(const source::Sent& sent);

    void goOn();
    void download();
    void handOver();
    void goOnIfBarred();
    void waitFor(const Bar& bar);
    void stopWaiting();
    bool isWaiting() const;
    void abandon(const std::string& why);
    std::optional<Bar> barToFetching() const;
    std::optional<Bar> barToHandOff() const;
    void finished(Instant begun);
    void giveUp(const Failure& failure);
    void tellFailed(const Failure& failure);
    void goOnWithoutDeltas();

    void note(std::size_t package, const fetch::Trace& trace, const std::string& setback) override;
    fetch::Wish progress(std::int64_t bytes) override;
    bool pause(Duration wait) override;
    bool heard(Heard word);

    void tellChecked(const std::string& word, const std::string& detail);
    void tellProgress(std::int64_t bytes);
    void tell(control::AgentNews::Kind kind);
    std::string running() const;
    std::optional<store::Release> runningRelease() const;

    const Settings settings_;
    Doors doors_;
    Ledger ledger_;
    fetch::PackageFetcher fetcher_;
    Publications publications_;
    Instant nextCheck_{};
    Instant notBefore_{};  ///< by the clock that nobody sets; memory's is for the next process
    Instant waitsSince_{}; ///< before that we were at work: what was due then was delayed, not slept over
    Instant nextProgress_{};
    std::int64_t fetched_ = 0;       ///< bytes, as last told
    std::optional<Bar> bar_;         ///< what the attempt waits for
    std::optional<WallTime> goOnAt_; ///< when it is looked at again: within its window, not in the first moment
    Duration skew_{0};               ///< between the two clocks, when nextCheck_ was last told
    bool askAgain_ = false;          // a person asked while an attempt was under way
    bool atOnce_ = false;            ///< a person asked: what is offered waits for no window
    schedule::Planner planner_;
    schedule::Plan plan_;                                ///< of the check at nextCheck_
    schedule::Wishes wishes_;                            ///< what the last answer asked for
    source::Remembered remembered_;                      ///< what the server wants to hear again
    std::vector<source::Remembered> rememberedOfOthers_; ///< in the order of the settings
    std::set<std::string> spoiltDeltas_;                 ///< by digest: they did not make what they should
    std::set<std::string> reported_;                     ///< offers that the server was told about by this process
    bool gaveUp_ = false; ///< the attempt waits for its line in the history, or for the next check
    std::string refusal_; ///< why the last event was not taken
    bool answers_ = true; ///< somebody was there for the last event, even if it was not taken
    int unproven_ = 0;    ///< contacts in a row in which an event was taken and nobody proved who took it
    bool gone_ = false;
    bool wanted_ = false;  ///< somebody asked for a check while we were downloading
    bool changed_ = false; ///< the store changed while we were downloading
};

} // namespace baton::agent
