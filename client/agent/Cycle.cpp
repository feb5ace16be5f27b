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
        waitsSince_ = doors_.clock.now();
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
    if (heard == Heard::Ask && askUnbidden("the program's group wants to know what the server has")) return;
    if (goOnAt_ && doors_.clock.wall() >= *goOnAt_) {
        goOnAt_.reset(); // First: what fails below must not be tried again in the same moment.
        goOn();
    }
    if (doors_.clock.now() < nextCheck_) return;
    if (planner_.windows().isOpen(doors_.clock.wall())) return work(source::Asker::Schedule);
    moveToWindows({Duration(0), schedule::Why::Window, plan_.failures});
} catch (const std::exception& e) {
    checkFailed(Failure{Category::UpdateCheck, code::WriteFailed, escaped(e.what(), LongestSentence)});
    settle(planner_.next(std::exchange(wishes_, {}), doors_.clock.wall()));
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
    if (late > LongestOversleep && waitsSince_ < nextCheck_) stand(planner_.woken(doors_.clock.wall()));
    const auto skew = skewOf(doors_.clock);
    if (std::chrono::abs(skew - skew_) < SmallestStep) return;
    doors_.log.info("the clock was set; windows are looked at again");
    moveToWindows({nextCheck_ - doors_.clock.now(), plan_.why, plan_.failures});
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
    const bool isFree = before.setBack && !ledger_.state().setBack;
    if (!ledger_.attempt() && isFree && askUnbidden("another member of its group has another release")) return;
    goOn();
    deliverUnbidden();
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
        // A download may take long, and may be cut off: what the server asked for is kept before.
        settle(planner_.next(wishes_, doors_.clock.wall()));
    } else {
        tellChecked("failed", refusal_);
    }
    goOn();
    if (taken) deliver();
    settle(planner_.next(std::exchange(wishes_, {}), doors_.clock.wall()));
}

// Nobody waits for the answer: what holds a planned check back holds this one back, too, and the plan stands.
bool Cycle::askUnbidden(const char* why)
{
    if (doors_.clock.now() < notBefore_ || !planner_.windows().isOpen(doors_.clock.wall())) {
        doors_.log.info(std::string(why) + "; the server is not asked before its time");
        return false;
    }
    work(source::Asker::Schedule);
    return true;
}

void Cycle::settle(const schedule::Plan& plan)
{
    notBefore_ = doors_.clock.now() + planner_.left(doors_.clock.wall());
    stand(plan);
}

// What may not come yet is as it was.
void Cycle::moveToWindows(const schedule::Plan& plan)
{
    stand(planner_.moved(plan, notBefore_ - doors_.clock.now(), doors_.clock.wall()));
}

void Cycle::stand(const schedule::Plan& plan)
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
