#include "client/agent/Cycle.h"

#include "client/agent/RememberedFile.h"
#include "client/agent/ScheduleFile.h"
#include "client/core/Text.h"

#include <algorithm>
#include <utility>

namespace baton::agent {
namespace {

using control::AgentNews;

// What `checked` says of a failure, and what history.jsonl may have to hold: one line.
constexpr std::size_t LongestSentence = 400;

// A check that is later than this was slept over, not delayed by work.
constexpr Duration LongestOversleep = std::chrono::minutes(1);

// The two clocks drift apart by less than this in an hour, unless one is set.
constexpr Duration SmallestStep = std::chrono::seconds(5);

Duration skewOf(const Clock& clock) { return clock.wall().time_since_epoch() - clock.now().time_since_epoch(); }

fetch::Terms termsOf(const Settings& settings, const store::Store& store)
{
    fetch::Terms terms{store.downloads(), store.releases()};
    terms.lanes = settings.parallelDownloads;
    terms.bytesPerSecond = settings.bytesPerSecond;
    return terms;
}

} // namespace

Cycle::Cycle(const Settings& settings, const Doors& doors)
    : settings_(settings),
      doors_(doors),
      ledger_(doors.store, doors.clock, doors.log),
      fetcher_(doors.transport, doors.clock, termsOf(settings, doors.store)),
      publications_(settings_, doors.transport, doors.clock, doors.log),
      planner_({settings.interval, settings.jitter}, settings.checkWindows, loadSchedule(doors.store, doors.log),
               doors.random),
      remembered_(loadRemembered(doors.store, doors.log))
{
    for (const auto& other : settings.others)
        rememberedOfOthers_.push_back(loadRemembered(doors.store, doors.log, other.name));
}

void Cycle::run(const std::function<bool()>& isOutdated)
{
    settle(planner_.first(doors_.clock.wall()));
    turn(Heard::Changed);
    while (!gone_) {
        if (std::exchange(changed_, false)) {
            turn(Heard::Changed);
            continue;
        }
        const auto word = wanted_ ? Heard::Check : doors_.wire.wait(untilNext());
        if (word == Heard::Nothing && isOutdated && isOutdated())
            return doors_.log.info("the files by which names are looked up were replaced; the agent starts anew");
        turn(word);
    }
}

// One word, or none when it was time. A failure of this machine (disk full, a damaged file) costs this turn only.
void Cycle::turn(Heard heard)
try {
    if (heard == Heard::Gone) {
        gone_ = true;
        return;
    }
    lookAtClock();
    if (heard == Heard::Changed) lookAtStore();
    if (heard == Heard::Check) return hurry();
    if (heard == Heard::Ask) return work(source::Asker::Schedule);
    if (goOnAt_ && doors_.clock.wall() >= *goOnAt_) {
        goOnAt_.reset(); // First: what fails below must not be tried again in the same moment.
        goOn();
    }
    if (doors_.clock.now() >= nextCheck_) work(source::Asker::Schedule);
} catch (const std::exception& e) {
    checkFailed(Failure{Category::UpdateCheck, code::WriteFailed, escaped(e.what(), LongestSentence)});
    settle(planner_.next({}, doors_.clock.wall()));
}

Duration Cycle::untilNext() const
{
    const auto untilCheck = nextCheck_ - doors_.clock.now();
    return goOnAt_ ? std::min(untilCheck, *goOnAt_ - doors_.clock.wall()) : untilCheck;
}

// The clock that plans the checks goes on in suspend and is never set; the other one is what windows and people read.
void Cycle::lookAtClock()
{
    const auto late = doors_.clock.now() - nextCheck_;
    if (late > LongestOversleep) settle(planner_.woken(doors_.clock.wall()));
    const auto skew = skewOf(doors_.clock);
    if (std::chrono::abs(skew - skew_) < SmallestStep) return;
    doors_.log.info("the clock was set; windows are looked at again");
    tellNext();
    if (isWaiting()) goOn();
}

void Cycle::lookAtStore()
{
    const auto before = ledger_.state();
    ledger_.reconcile();
    if (gaveUp_) ledger_.endByNewestLine();
    if (ledger_.deltaFailed()) goOnWithoutDeltas();
    if (!ledger_.attempt() && std::exchange(askAgain_, false)) return work(source::Asker::Person);
    if (!ledger_.attempt() && makesWay(before, ledger_.state())) return work(source::Asker::Person);
    goOn();
    deliver();
    tellUntold();
}

// A person asks: windows are for who is not there to look.
void Cycle::hurry()
{
    wanted_ = false;
    if (ledger_.attempt()) ledger_.hurry();
    atOnce_ = true;
    work(source::Asker::Person);
    atOnce_ = false;
}

// Never a check before the attempt has ended: the server would refuse it, and refuse all that follow. But one that
// waits may be withdrawn meanwhile, or replaced.
void Cycle::work(source::Asker asker)
{
    gaveUp_ = false;
    ledger_.reconcile();
    if (ledger_.deltaFailed()) goOnWithoutDeltas();
    bool taken = true;
    if (ledger_.attempt() && !isWaiting()) {
        askAgain_ |= asker == source::Asker::Person;
        tellChecked("update", ledger_.attempt()->key.version + " is under way");
    } else if (taken = deliver(); taken || (answers_ && planner_.memory().failures >= PatienceForEvents)) {
        ask(asker);
    }
    goOn();
    if (taken) deliver();
    settle(planner_.next(std::exchange(wishes_, {}), doors_.clock.wall()));
}

void Cycle::settle(const schedule::Plan& plan)
{
    saveSchedule(doors_.store, planner_.memory(), doors_.log);
    plan_ = plan;
    nextCheck_ = doors_.clock.now() + plan.wait;
    tellUntold();
    tellNext();
}

void Cycle::tellNext()
{
    skew_ = skewOf(doors_.clock);
    AgentNews news;
    news.kind = AgentNews::Kind::Next;
    news.time = secondsOf(doors_.clock.wall() + (nextCheck_ - doors_.clock.now()));
    news.detail = describe(plan_);
    doors_.wire.tell(news);
}

std::string Cycle::running() const
{
    const auto& current = ledger_.state().current;
    return current ? current->version : settings_.fallbackVersion;
}

std::optional<store::Release> Cycle::runningRelease() const
{
    const auto& current = ledger_.state().current;
    return current ? doors_.store.loadRelease(*current) : std::nullopt;
}

} // namespace baton::agent
