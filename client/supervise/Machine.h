// Walks through the state table: the only place where a phase changes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/supervise/StateTable.h"

#include <deque>
#include <optional>

namespace baton::supervise {

/// How long each phase may take.
struct PhaseTimes {
    Duration ready{60'000};
    Duration probation{10'000};
    Duration probationAlone{10'000};
    Duration resume{5'000}; ///< what one that stands by gets to accept again
};

/// What the table asks for, done to real processes and files (or written down, in a test).
struct Actions {
    virtual ~Actions() = default;

    /// False: it was not done, nothing has changed, and the phase stays what it was. What comes of it later (an end,
    /// readiness) arrives as an event through Machine::post.
    virtual bool perform(Effect effect) = 0;

    /// After each change of phase.
    virtual void entered(Phase phase, Event because) = 0;
};

/// One thread. Events that are posted while another is handled wait their turn.
class Machine {
public:
    Machine(const Clock& clock, const PhaseTimes& times, Actions& actions, Phase initial);

    Phase phase() const { return phase_; }

    /// The time of the initial phase counts from here on.
    void begin() { enter(phase_); }

    void post(Event event);

    /// When the phase's time is over; nothing if it may last.
    std::optional<Instant> deadline() const { return deadline_; }

    /// What RetryPrevious was to start is started now: its time to get ready begins.
    void pauseIsOver();

    /// Posts Deadline if it is due.
    void tick();

    /// Goes on where an earlier supervisor was; nothing is done about it.
    void restore(Phase phase, std::optional<Instant> deadline);

    /// EXTEND_TIMEOUT_USEC: a phase that waits for readiness may last at least until `instant`.  [sd_notify(3)]
    void extendTo(Instant instant);

private:
    /// A step that was refused at a deadline is tried again after this long.
    static constexpr Duration RetryAfter{2'000};

    void step(Event event);
    void enter(Phase phase);

    const Clock& clock_;
    PhaseTimes times_;
    Actions& actions_;
    Phase phase_;
    std::optional<Instant> deadline_;
    std::deque<Event> queue_;
    bool busy_ = false;
};

} // namespace baton::supervise
