#include "client/agent/Cycle.h"

#include "client/agent/Identity.h"
#include "client/agent/ScheduleFile.h"
#include "client/core/Amounts.h"
#include "client/core/Duration.h"
#include "client/core/Text.h"
#include "client/schedule/RetryAfter.h"

#include <utility>

namespace baton::agent {
namespace {

using control::AgentNews;

constexpr int UpdateComplete = 3;
constexpr int Deferred = 9;

// What `checked` says of a failure, and what history.jsonl may have to hold: one line.
constexpr std::size_t LongestSentence = 400;

std::int64_t secondsOf(WallTime time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

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
      ledger_(doors.store, doors.log),
      fetcher_(doors.transport, doors.clock, termsOf(settings, doors.store)),
      planner_({settings.interval, settings.jitter}, settings.checkWindows, loadSchedule(doors.store, doors.log),
               doors.random)
{
}

void Cycle::run()
{
    settle(planner_.first(doors_.clock.wall()));
    turn(Heard::Changed);
    while (!gone_) {
        if (std::exchange(changed_, false))
            turn(Heard::Changed);
        else
            turn(wanted_ ? Heard::Check : doors_.wire.wait(nextCheck_ - doors_.clock.now()));
    }
}

// One word, or none when it was time. A failure of this machine (disk full, a damaged file) costs this turn only.
void Cycle::turn(Heard heard)
try {
    if (heard == Heard::Gone) {
        gone_ = true;
        return;
    }
    if (heard == Heard::Changed) {
        ledger_.reconcile();
        if (gaveUp_) ledger_.endByNewestLine();
        goOn();
        deliver();
    }
    if (heard == Heard::Check) {
        wanted_ = false;
        return work(source::Asker::Person);
    }
    if (doors_.clock.now() >= nextCheck_) work(source::Asker::Schedule);
} catch (const std::exception& e) {
    checkFailed(Failure{Category::UpdateCheck, code::WriteFailed, escaped(e.what(), LongestSentence)});
    settle(planner_.next({}, doors_.clock.wall()));
}

// Never a check before the attempt has ended: the server would refuse it, and refuse all that follow.
void Cycle::work(source::Asker asker)
{
    gaveUp_ = false;
    ledger_.reconcile();
    if (ledger_.attempt())
        tellChecked("update", ledger_.attempt()->key.version + " is under way");
    else if (deliver())
        ask(asker);
    goOn();
    deliver();
    settle(planner_.next(std::exchange(wishes_, {}), doors_.clock.wall()));
}

void Cycle::settle(const schedule::Plan& plan)
{
    saveSchedule(doors_.store, planner_.memory(), doors_.log);
    plan_ = plan;
    nextCheck_ = doors_.clock.now() + plan.wait;
    tellNext();
}

void Cycle::tellNext()
{
    AgentNews news;
    news.kind = AgentNews::Kind::Next;
    news.time = secondsOf(doors_.clock.wall() + (nextCheck_ - doors_.clock.now()));
    news.detail = describe(plan_);
    doors_.wire.tell(news);
}

// All that waits, in order. False: nobody answered, and the rest waits on.
bool Cycle::deliver()
{
    while (!ledger_.outbox().waiting.empty()) {
        const auto event = ledger_.outbox().waiting.front();
        const auto sent = doors_.source.send(event);
        if (!sent) {
            checkFailed(sent.error());
            return false;
        }
        doors_.log.debug("the server was told event " + std::to_string(event.type) + '/' +
                         std::to_string(event.result) + " of " + escaped(event.nextVersion));
        ledger_.delivered();
    }
    return true;
}

void Cycle::ask(source::Asker asker)
{
    const auto session = randomGuid();
    const auto checked = doors_.source.check({running(), session, asker});
    heed(checked);
    overloaded_ = checked.overloaded;
    if (!checked.answer) return checkFailed(checked.answer.error());
    const auto& answer = *checked.answer;
    if (const auto* offer = std::get_if<source::Offer>(&answer)) return considerOffer(*offer, session);
    answered();
    if (const auto* refused = std::get_if<source::Refused>(&answer)) {
        doors_.log.warning(refused->reason.detail);
        return tellChecked("refused", refused->reason.detail);
    }
    if (const auto* unusable = std::get_if<source::Unusable>(&answer)) {
        doors_.log.error(unusable->reason.detail);
        reportOnce(unusable->version, failed(unusable->version, session, 0, unusable->reason.code));
        return tellChecked("refused", unusable->reason.detail);
    }
    doors_.log.info("no update: " + running() + " is what the server has");
    tellChecked("noupdate", running() + " is what the server has");
}

// What a stranger on the way could have written silences nobody: it is shown, and the backoff holds all the same.
void Cycle::heed(const source::Checked& checked)
{
    wishes_ = {};
    if (checked.trusted && checked.pollInterval) wishes_.pollInterval = *checked.pollInterval;
    const auto stay = schedule::parseRetryAfter(checked.retryAfter, doors_.clock.wall());
    if (!stay) return;
    if (checked.trusted) wishes_.stayAway = stay;
    doors_.log.info("the server asks to stay away for " + printDuration(*stay) +
                    (checked.trusted ? "" : ", which over plain http anybody could say: it is not obeyed"));
}

// A server that has too much to do is asked less often, even if its answer is whole.
void Cycle::answered()
{
    if (overloaded_)
        planner_.failed();
    else
        planner_.succeeded();
}

void Cycle::considerOffer(const source::Offer& offer, const std::string& sessionId)
{
    const auto decision = decide(offer, running(), ledger_.state(), doors_.store.installed());
    if (decision.choice != Choice::Take) {
        answered();
        return turnDown(offer, decision, sessionId);
    }
    const store::Attempt attempt{keyOf(offer),    running(), store::AttemptStage::Granted,
                                 neededOf(offer), sessionId, offer.failuresPerUrl};
    const auto count = attempt.packages.size();
    doors_.log.info(offer.version + " offered by " + escaped(settings_.server) + ", " + std::to_string(count) +
                    (count == 1 ? " package, " : " packages, ") + printSize(attempt.sizeBytes()));
    tellChecked("update", offer.version + " is offered");
    ledger_.begin(attempt);
}

// A server that granted it counts us as updating until it hears otherwise; policy is 3/9, what we cannot do 3/0.
void Cycle::turnDown(const source::Offer& offer, const Decision& decision, const std::string& sessionId)
{
    doors_.log.warning(decision.why);
    const auto event = decision.choice == Choice::Unusable
                           ? failed(offer.version, sessionId, 0, code::VerificationFailed)
                           : failed(offer.version, sessionId, Deferred, code::IgnoredByPolicy);
    reportOnce(keyOf(offer).directoryName(), event);
    tellChecked(decision.choice == Choice::NotNewer ? "noupdate" : "refused", decision.why);
}

source::Event Cycle::failed(const std::string& version, const std::string& sessionId, int result, int code) const
{
    return {UpdateComplete, result, code, running(), running(), version, sessionId};
}

void Cycle::reportOnce(const std::string& what, const source::Event& event)
{
    if (reported_.insert(what).second) ledger_.queue(event);
}

void Cycle::checkFailed(const Failure& failure)
{
    planner_.failed();
    doors_.log.warning(failure.detail);
    tellChecked("failed", failure.detail);
}

void Cycle::tellChecked(const std::string& word, const std::string& detail)
{
    AgentNews news;
    news.kind = AgentNews::Kind::Checked;
    news.time = secondsOf(doors_.clock.wall());
    news.word = word;
    news.detail = escaped(detail);
    doors_.wire.tell(news);
}

std::string Cycle::running() const
{
    const auto& current = ledger_.state().current;
    return current ? current->version : settings_.fallbackVersion;
}

} // namespace baton::agent
