#include "client/schedule/Planner.h"

#include "client/schedule/RetryAfter.h"

#include <algorithm>
#include <utility>

namespace baton::schedule {
namespace {

Why whyOf(const Memory& memory, const Wishes& wishes, Duration ordinary)
{
    if (wishes.stayAway && *wishes.stayAway >= ordinary) return Why::StayAway;
    if (memory.failures > 0) return Why::Failure;
    return wishes.pollInterval ? Why::PollInterval : Why::Interval;
}

} // namespace

std::string describe(const Plan& plan)
{
    switch (plan.why) {
    case Why::Start: return "the first one after the start";
    case Why::Sleep: return "the machine slept over its time";
    case Why::Interval: return "the interval";
    case Why::PollInterval: return "the interval that the server asked for";
    case Why::Failure: return "retry " + std::to_string(std::max(plan.failures, 1)) + " after failures";
    case Why::StayAway: return "the server asked to stay away";
    case Why::Window: return "the check window opens";
    }
    return {};
}

Planner::Planner(const Rhythm& rhythm, Openings windows, const Memory& memory, Random& random)
    : rhythm_(rhythm),
      windows_(std::move(windows)),
      memory_(memory),
      random_(random)
{
}

Plan Planner::first(WallTime now)
{
    const auto stay = left(now);
    const auto why = stay > Duration(0) ? memory_.why : Why::Start;
    return within({stay + draw(spanOfFirst(rhythm_), random_), why, memory_.failures}, now);
}

Plan Planner::woken(WallTime now)
{
    return within({draw(spanOfFirst(rhythm_), random_), Why::Sleep, memory_.failures}, now);
}

// What waited for a window that is at another time now begins anew, as after a start.
Plan Planner::moved(Plan plan, Duration least, WallTime now)
{
    if (plan.why != Why::Window) return within(plan, now);
    const auto why = least > Duration(0) ? memory_.why : Why::Interval;
    return within({std::max(least, Duration(0)) + draw(spanOfFirst(rhythm_), random_), why, memory_.failures}, now);
}

Duration Planner::left(WallTime now) const
{
    return leftOf(memory_, now, std::max(LongestStay, longestRetry(rhythm_)));
}

Plan Planner::next(const Wishes& wishes, WallTime now)
{
    auto rhythm = rhythm_;
    if (wishes.pollInterval) {
        rhythm.interval = *wishes.pollInterval;
        rhythm.jitter = std::min(rhythm.jitter, rhythm.interval);
    }
    const auto stay = wishes.isOverloaded && !wishes.stayAway ? rhythm.interval : wishes.stayAway;
    const auto span = spanOfNext(rhythm, memory_.failures, stay);
    const auto why = whyOf(memory_, wishes, spanOfNext(rhythm, memory_.failures, std::nullopt).least);
    memory_.lastCheck = now;
    memory_.why = why;
    memory_.notBefore.reset();
    if (why == Why::Failure || why == Why::StayAway)
        memory_.notBefore = now + span.least;
    else if (stay)
        memory_.notBefore = now + *stay; // Sooner than the interval, and later than somebody else may want it.
    return within({draw(span, random_), why, memory_.failures}, now);
}

// All who waited for the window would come in its first moment: they are spread over an interval of it.
Plan Planner::within(Plan plan, WallTime now)
{
    const auto opening = windows_.at(now + plan.wait);
    if (!opening || opening->from <= now + plan.wait) return plan;
    const auto spread = std::min(opening->to - opening->from - Duration(1), rhythm_.interval);
    plan.wait = opening->from - now + random_.upTo(std::max(spread, Duration(0)));
    plan.why = Why::Window;
    return plan;
}

} // namespace baton::schedule
