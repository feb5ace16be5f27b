#include "client/agent/Cycle.h"
#include "client/agent/Identity.h"
#include "client/agent/RememberedFile.h"
#include "client/core/Amounts.h"
#include "client/core/Duration.h"
#include "client/core/Text.h"
#include "client/schedule/RetryAfter.h"

namespace baton::agent {
namespace {

using control::AgentNews;

constexpr int UpdateComplete = 3;
constexpr int Deferred = 9;

} // namespace

void Cycle::ask(source::Asker asker)
{
    const auto session = randomGuid();
    const auto checked = doors_.source.check({running(), session, asker, remembered_});
    keep(checked);
    heed(checked);
    if (!checked.answer) return checkFailed(checked.answer.error());
    const auto& answer = *checked.answer;
    if (const auto* offer = std::get_if<source::Offer>(&answer)) return considerOffer(*offer, session);
    answered();
    if (const auto* refused = std::get_if<source::Refused>(&answer)) {
        doors_.log.write(refused->notNow ? Level::Info : Level::Warning, refused->reason.detail);
        return tellChecked("refused", refused->reason.detail);
    }
    if (const auto* unusable = std::get_if<source::Unusable>(&answer)) {
        doors_.log.error(unusable->reason.detail);
        reportOnce(unusable->version, failed(unusable->version, session, 0, unusable->reason.code));
        return tellChecked("refused", unusable->reason.detail);
    }
    if (ledger_.attempt()) return abandon(ledger_.attempt()->key.version + " is no longer offered");
    doors_.log.info("no update: " + running() + " is what the server has");
    tellChecked("noupdate", running() + " is what the server has");
}

// What the server wants to hear again outlives this process.
void Cycle::keep(const source::Checked& checked)
{
    for (const auto& remark : checked.remarks) doors_.log.warning(remark);
    if (!checked.answer || checked.remembered == remembered_) return;
    remembered_ = checked.remembered;
    saveRemembered(doors_.store, remembered_, doors_.log);
}

// What a stranger on the way could have written silences nobody: it is shown, and the backoff holds all the same.
void Cycle::heed(const source::Checked& checked)
{
    wishes_ = {};
    wishes_.isOverloaded = checked.overloaded;
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
    if (wishes_.isOverloaded)
        planner_.failed();
    else
        planner_.succeeded();
}

void Cycle::considerOffer(const source::Offer& offer, const std::string& sessionId)
{
    if (ledger_.attempt()) return compare(offer);
    const auto decision = decide(offer, running(), ledger_.state(), doors_.store.installed());
    if (decision.choice != Choice::Take) {
        answered();
        return turnDown(offer, decision, sessionId);
    }
    if (const auto bar = barToTaking(settings_, ledger_.state(), offer.version, doors_.clock.wall()))
        return putOff(offer, *bar, sessionId);
    const store::Attempt attempt{keyOf(offer),    running(), store::AttemptStage::Granted,
                                 neededOf(offer), sessionId, offer.failuresPerUrl,
                                 atOnce_};
    const auto count = attempt.packages.size();
    doors_.log.info(offer.version + " offered by " + escaped(settings_.server) + ", " + std::to_string(count) +
                    (count == 1 ? " package, " : " packages, ") + printSize(attempt.sizeBytes()));
    tellChecked("update", offer.version + " is offered");
    ledger_.begin(attempt);
}

// The server granted it, and must not count us as updating meanwhile: it hears so each time.
void Cycle::putOff(const source::Offer& offer, const Bar& bar, const std::string& sessionId)
{
    answered();
    doors_.log.info(offer.version + " is offered; " + bar.why);
    ledger_.queue(failed(offer.version, sessionId, Deferred, code::DeferredByPolicy));
    tellChecked("deferred", bar.why);
    AgentNews news;
    news.kind = AgentNews::Kind::Offered;
    news.version = offer.version;
    news.detail = bar.why;
    doors_.wire.tell(news);
}

void Cycle::compare(const source::Offer& offer)
{
    const auto& version = ledger_.attempt()->key.version;
    if (keyOf(offer) != ledger_.attempt()->key) return abandon(version + " was replaced by " + offer.version);
    answered();
    tellChecked("update", version + " is still offered; " + (bar_ ? bar_->why : "it goes on"));
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

} // namespace baton::agent
