#include "client/agent/Cycle.h"
#include "client/agent/RememberedFile.h"
#include "client/core/Amounts.h"
#include "client/core/Duration.h"
#include "client/core/RandomText.h"
#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/schedule/RetryAfter.h"
#include "client/store/Base.h"

#include <algorithm>

namespace baton::agent {
namespace {

using control::AgentNews;

constexpr int UpdateComplete = 3;
constexpr int Deferred = 9;

std::string whatComes(const store::Attempt& attempt)
{
    const auto count = attempt.packages.size();
    return std::to_string(count) + (count == 1 ? " package, " : " packages, ") + printSize(attempt.sizeBytes()) +
           (attempt.hasDeltas() ? " by delta" : "");
}

} // namespace

void Cycle::ask(source::Asker asker)
{
    const auto current = runningRelease();
    source::Question question{running(), randomGuid(), asker, remembered_};
    if (current && store::baseOf(doors_.store, {*current}, current->key.sha256)) question.base = current->key.sha256;
    question.others = questionsFor(settings_.others, current ? &*current : nullptr);
    for (std::size_t i = 0; i < question.others.size(); ++i) question.others[i].remembered = rememberedOfOthers_[i];
    const auto checked = doors_.source.check(question);
    keep(checked);
    heed(checked);
    decideOn(checked, question.sessionId);
    giveBack(checked, question);
    tellStale();
}

void Cycle::decideOn(const source::Checked& checked, const std::string& session)
{
    if (!checked.answer) return checkFailed(checked.answer.error());
    const auto& answer = *checked.answer;
    if (const auto* offer = std::get_if<source::Offer>(&answer)) return considerOffer(*offer, checked, session);
    answered();
    if (const auto* refused = std::get_if<source::Refused>(&answer)) {
        doors_.log.write(refused->notNow ? Level::Info : Level::Warning, refused->reason.detail);
        // Nothing is under way here: what it waits for was lost.
        if (refused->awaitsEvent && !ledger_.attempt() && ledger_.outbox().waiting.empty())
            reportOnce("lost", failed(running(), session, 0, code::Unexplained));
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
    const auto keepOne = [this](source::Remembered& ours, const source::Remembered& now, const std::string& app) {
        if (now == ours) return;
        ours = now;
        saveRemembered(doors_.store, ours, doors_.log, app);
    };
    if (checked.answer) keepOne(remembered_, checked.remembered, {});
    for (std::size_t i = 0; i < checked.others.size(); ++i)
        keepOne(rememberedOfOthers_[i], checked.others[i].remembered, settings_.others[i].name);
}

// What was granted to another app and goes into no release now waits for the program's own next one. The server must
// not count us as updating meanwhile.
void Cycle::giveBack(const source::Checked& checked, const source::Question& question)
{
    for (std::size_t i = 0; i < checked.others.size(); ++i) {
        const auto& answer = checked.others[i].answer;
        const auto& asked = question.others[i];
        source::Event event{UpdateComplete, 0, 0, asked.version, asked.version, {}, question.sessionId};
        event.appId = asked.id;
        if (const auto* unusable = answer ? std::get_if<source::Unusable>(&*answer) : nullptr) {
            doors_.log.error(settings_.others[i].name + ": " + unusable->reason.detail);
            event.nextVersion = unusable->version;
            event.errorCode = unusable->reason.code;
            reportOnce(event.appId + ' ' + event.nextVersion, event);
        }
        const auto* const offer = answer ? std::get_if<source::Offer>(&*answer) : nullptr;
        if (offer == nullptr || (ledger_.attempt() && ledger_.attempt()->brings(asked.id, offer->version))) continue;
        event.nextVersion = offer->version;
        event.pipelineId = offer->pipelineId;
        event.result = Deferred;
        event.errorCode = code::DeferredByPolicy;
        ledger_.queue(event);
    }
}

void Cycle::heed(const source::Checked& checked)
{
    wishes_ = {};
    wishes_.isOverloaded = checked.overloaded;
    if (checked.trusted && checked.pollInterval) wishes_.pollInterval = *checked.pollInterval;
    heed(checked.retryAfter, checked.trusted);
}

// What a stranger on the way could have written silences nobody: it is shown, and the backoff holds all the same.
void Cycle::heed(const std::string& retryAfter, bool trusted)
{
    const auto stay = schedule::stayFrom(retryAfter, doors_.clock.wall());
    if (!stay) return;
    if (trusted) wishes_.stayAway = std::max(*stay, wishes_.stayAway.value_or(Duration(0)));
    doors_.log.info("the server asks to stay away for " + printDuration(*stay) +
                    (trusted ? "" : ", which over plain http anybody could say: it is not obeyed"));
}

// A server that has too much to do is asked less often, even if its answer is whole.
void Cycle::answered()
{
    if (wishes_.isOverloaded)
        planner_.failed();
    else
        planner_.succeeded();
}

void Cycle::considerOffer(source::Offer offer, const source::Checked& checked, const std::string& sessionId)
{
    const auto current = runningRelease();
    auto others = checked.others;
    Publication publication;
    if (settings_.needsSignatures)
        publication = publications_.read(offer, others, ledger_.state(), current ? &*current : nullptr);
    if (ledger_.attempt()) return compare(offer);
    store::Attempt attempt{keyOf(offer),         running(), store::AttemptStage::Granted, neededOf(offer), sessionId,
                           offer.failuresPerUrl, atOnce_};
    attempt.pipelineId = offer.pipelineId;
    chooseDeltas(attempt, offer, doors_.store, spoiltDeltas_);
    const Running held{running(), current ? current->key.sha256 : std::string(), settings_.mayGoBack,
                       settings_.mayBeSame};
    auto decision = settings_.needsSignatures ? decide(offer, held, ledger_.state(), publication, atOnce_)
                                              : decide(offer, held, ledger_.state());
    if (decision.choice == Choice::Take) {
        const auto missing = addOthers(attempt, settings_.others, others, current ? &*current : nullptr);
        decision = missing.empty() ? decide(attempt, doors_.store.installed())
                                   : Decision{Choice::Unusable, offer.version + " cannot be taken: " + missing,
                                              code::AnswerInvalid};
    }
    if (decision.choice != Choice::Take) {
        answered();
        return turnDown(offer, decision, sessionId);
    }
    if (const auto bar = barToTaking(settings_, ledger_.state(), offer.version, doors_.clock.wall()))
        return putOff(offer, *bar, sessionId);
    doors_.log.info(offer.version + " offered by " + escaped(settings_.server) + ", " + whatComes(attempt));
    tellChecked("update", offer.version + " is offered");
    begin(attempt, publication);
}

// The stager needs no packages to refuse the papers, and nobody need fetch them for that. What it says is what counts.
void Cycle::begin(const store::Attempt& attempt, const Publication& publication)
{
    if (settings_.needsSignatures) doors_.store.save(publication.papers);
    ledger_.begin(attempt);
    if (!publication.refusal) return;
    doors_.log.warning(attempt.key.version + " is not fetched: " + escaped(*publication.refusal, 400));
    ledger_.reached(store::AttemptStage::Downloaded, Milestone::Granted);
}

// Whoever holds new releases back cannot keep that the old news run out from being seen.
void Cycle::tellStale()
{
    const auto& trust = ledger_.state().trust;
    if (!trust || trust->expires.empty()) return;
    const auto expires = parseTimestamp(trust->expires);
    const auto issued = parseTimestamp(trust->issued);
    if (!expires || !issued || doors_.clock.wall() < *expires) return;
    const auto days = std::chrono::duration_cast<std::chrono::hours>(doors_.clock.wall() - *issued).count() / 24;
    doors_.log.warning("the newest signed statement is " + std::to_string(days) + " days old and ran out at " +
                       trust->expires + ": either nobody signs any more, or somebody holds the new ones back");
    auto event = failed(running(), randomGuid(), 0, StatementStale);
    event.extraCode = days;
    reportOnce("stale " + trust->issued, event);
}

// The server granted it, and must not count us as updating meanwhile: it hears so each time.
void Cycle::putOff(const source::Offer& offer, const Bar& bar, const std::string& sessionId)
{
    answered();
    doors_.log.info(offer.version + " is offered; " + bar.why);
    ledger_.queue(failed(offer, sessionId, Deferred, code::DeferredByPolicy));
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
    const auto event = decision.choice == Choice::Unusable ? failed(offer, sessionId, 0, decision.code)
                                                           : failed(offer, sessionId, Deferred, code::IgnoredByPolicy);
    reportOnce(keyOf(offer).directoryName(), event);
    tellChecked(decision.choice == Choice::NotNewer ? "noupdate" : "refused", decision.why);
}

source::Event Cycle::failed(const source::Offer& offer, const std::string& sessionId, int result, int code) const
{
    auto event = failed(offer.version, sessionId, result, code);
    event.pipelineId = offer.pipelineId;
    return event;
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
