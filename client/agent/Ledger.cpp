#include "client/agent/Ledger.h"

#include "client/agent/OutboxFile.h"
#include "client/core/RandomText.h"
#include "client/core/Text.h"
#include "client/os/Files.h"

#include <algorithm>
#include <cstdint>

namespace baton::agent {
namespace {

constexpr int UpdateComplete = 3;

std::filesystem::path outboxFile(const store::Store& store) { return store.downloads() / "outbox.json"; }

} // namespace

Ledger::Ledger(const store::Store& store, const Clock& clock, Log& log) : store_(store), clock_(clock), log_(log)
{
    load();
}

void Ledger::load()
{
    try {
        attempt_ = store_.loadAttempt();
    } catch (const std::runtime_error& e) {
        log_.warning(std::string("the attempt under way is lost: ") + e.what());
        store_.forgetAttempt();
    }
    // A new store has nothing to tell. One whose outbox is lost has a past that was told, as far as we know.
    outbox_.cursor = store_.keptHistory().end();
    try {
        const auto text = os::readWhole(outboxFile(store_));
        if (text) outbox_ = parseOutbox(*text);
    } catch (const std::exception& e) {
        log_.warning(std::string("downloads/outbox.json is damaged, what waited in it is not told: ") +
                     escaped(e.what()));
    }
    endLostAttempt();
    save();
}

// The server was told that it began, and would wait for its end for ever. One that goes on without us ends in a line of
// the history.
void Ledger::endLostAttempt()
{
    auto& told = outbox_.told;
    if (attempt_ || !told || told->milestone == Milestone::Ended || told->milestone == Milestone::Granted) return;
    const auto state = store_.loadState().value_or(store::State());
    const auto history = store_.keptHistory();
    const auto isOfIt = [&](const store::HistoryLine& line) { return line.key == told->key; };
    const auto from =
        std::clamp(outbox_.cursor - history.letGo, std::int64_t{0}, static_cast<std::int64_t>(history.lines.size()));
    const bool isToBeTold = std::any_of(history.lines.begin() + from, history.lines.end(), isOfIt);
    if (isToBeTold || state.current == told->key || (state.install && state.install->key == told->key)) return;
    const auto running = state.current ? state.current->version : std::string();
    log_.warning(told->key.version +
                 " was under way, and nothing is left of it: the server hears that it came to nothing");
    agent::queue(outbox_, {UpdateComplete, 0, code::Unexplained, running, running, told->key.version, told->sessionId});
    told->milestone = Milestone::Ended;
}

void Ledger::reconcile()
{
    state_ = store_.loadState().value_or(store::State());
    takeHistory();
    takeState();
    if (attempt_ && isEnded(outbox_, *attempt_)) forget();
}

bool Ledger::isOfDelta(const store::HistoryLine& line) const
{
    return attempt_ && attempt_->hasDeltas() && line.key == attempt_->key && line.outcome == store::Outcome::Failed &&
           line.code == code::DeltaUnusable;
}

std::vector<std::string> Ledger::dropDeltas()
{
    std::vector<std::string> dropped;
    for (const auto& package : attempt_->packages)
        if (package.delta) dropped.push_back(package.delta->sha256);
    attempt_->dropDeltas();
    attempt_->stage = store::AttemptStage::Downloading;
    store_.save(*attempt_);
    deltaFailed_ = false;
    return dropped;
}

void Ledger::takeHistory()
{
    const auto history = store_.keptHistory();
    const auto& lines = history.lines;
    auto next = outbox_;
    next.cursor = std::min(next.cursor, history.end()); // Somebody removed the file.
    for (auto i = static_cast<std::size_t>(std::max(next.cursor - history.letGo, std::int64_t{0})); i < lines.size();
         ++i) {
        if (isOfDelta(lines[i])) {
            deltaFailed_ = true;
            continue;
        }
        takeLine(next, lines[i], attempt_ && !isEnded(next, *attempt_) ? &*attempt_ : nullptr, randomGuid);
    }
    next.cursor = history.end();
    if (next == outbox_) return;
    outbox_ = std::move(next);
    save();
}

void Ledger::takeState()
{
    if (!attempt_ || isEnded(outbox_, *attempt_)) return;
    const auto& install = state_.install;
    if (install && install->key == attempt_->key && install->step >= store::InstallStep::Installed)
        return reached(store::AttemptStage::Installed, Milestone::Installed);
    if (install || state_.current != attempt_->key) return;
    // It runs and is no longer on its way in: committed, though the line of the history is missing.
    const store::HistoryLine line{{}, attempt_->from, attempt_->key, store::Outcome::Committed, 0, {}};
    takeLine(outbox_, line, &*attempt_, randomGuid);
    save();
}

void Ledger::endByNewestLine()
{
    const auto lines = store_.history();
    if (!attempt_ || lines.empty() || lines.back().key != attempt_->key) return;
    if (lines.back().outcome != store::Outcome::Failed) return;
    deltaFailed_ = isOfDelta(lines.back());
    if (deltaFailed_) return;
    takeLine(outbox_, lines.back(), &*attempt_, randomGuid);
    save();
    forget();
}

void Ledger::forget()
{
    store_.forgetAttempt();
    attempt_.reset();
}

void Ledger::begin(const store::Attempt& attempt)
{
    store_.save(attempt);
    attempt_ = attempt;
}

void Ledger::note(std::size_t package, const fetch::Trace& trace)
{
    auto& noted = attempt_->packages.at(package);
    (noted.delta ? noted.delta->validator : noted.validator) = trace.validator;
    (noted.delta ? noted.delta->failures : noted.failures) = trace.failures;
    store_.save(*attempt_);
}

void Ledger::hurry()
{
    if (attempt_->atOnce) return;
    attempt_->atOnce = true;
    store_.save(*attempt_);
}

void Ledger::reached(store::AttemptStage stage, Milestone milestone)
{
    if (attempt_->stage != stage) {
        attempt_->stage = stage;
        store_.save(*attempt_);
    }
    const auto before = outbox_;
    reach(outbox_, *attempt_, milestone);
    if (outbox_ != before) save();
}

void Ledger::queue(const source::Event& event)
{
    agent::queue(outbox_, event);
    save();
}

void Ledger::delivered()
{
    agent::delivered(outbox_);
    save();
}

// What was queued since the last time happened now.
void Ledger::save()
{
    if (outbox_.lost > lost_)
        log_.error("the server takes no event, and more outcomes wait for it than are kept: " +
                   std::to_string(outbox_.lost - lost_) +
                   " of the oldest will never be told; what was tried here is in baton history");
    lost_ = outbox_.lost;
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch());
    for (auto& event : outbox_.waiting)
        if (event.time == 0) event.time = now.count();
    os::writeDurably(outboxFile(store_), print(outbox_));
}

} // namespace baton::agent
