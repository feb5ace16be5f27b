#include "client/supervise/Ledger.h"

#include "client/core/Timestamp.h"
#include "client/os/Stopwatch.h"

#include <exception>
#include <utility>

namespace baton::supervise {
namespace {

constexpr std::size_t MostHistory = 2000; // lines, a year of five updates a day

} // namespace

Ledger::Ledger(const store::Store& store, const Clock& clock, Log& log)
    : store_(store),
      clock_(clock),
      log_(log),
      state_(store.loadState().value_or(store::State()))
{
    store_.pointLinks(state_);
    appendOutcome();
}

Ledger::Ledger(const store::Store& store, const Clock& clock, Log& log, store::State state)
    : store_(store),
      clock_(clock),
      log_(log),
      state_(std::move(state)),
      isBehind_(true) // For all that we know.
{
}

bool Ledger::record(const std::string& step, const Change& change)
try {
    auto next = state_;
    change(next);
    save(next);
    state_ = std::move(next);
    appendOutcome();
    return true;
} catch (const std::exception& e) {
    log_.error("could not record the step \"" + step + "\", so it is not taken: " + e.what());
    return false;
}

void Ledger::note(const std::string& step, const Change& change)
{
    change(state_);
    isBehind_ = true;
    try {
        save(state_);
        appendOutcome();
    } catch (const std::exception& e) {
        log_.error("could not record the step \"" + step + "\" yet: " + e.what());
    }
}

bool Ledger::catchUp()
try {
    if (!isBehind_) return true;
    save(state_);
    appendOutcome();
    return true;
} catch (const std::exception&) {
    return false; // Why was said when it was refused first.
}

void Ledger::setOutcome(store::State& state, const store::ReleaseKey& key, store::Outcome outcome, int code,
                        const std::string& reason, Way way) const
{
    const auto from = state.current ? state.current->version : std::string();
    state.outcome =
        store::HistoryLine{printTimestamp(clock_.wall()), from, key, outcome, code, reason, static_cast<int>(way)};
}

void Ledger::save(const store::State& state)
{
    const os::Stopwatch writing;
    store_.save(state);
    store_.pointLinks(state);
    isBehind_ = false;
    written_ += writing.microseconds();
}

void Ledger::appendOutcome()
{
    if (!state_.outcome) return;
    try {
        const auto lines = store_.history();
        if (lines.empty() || lines.back() != *state_.outcome) {
            store_.append(*state_.outcome);
            ++outcomes_.at(static_cast<std::size_t>(state_.outcome->outcome));
        }
        if (lines.size() > MostHistory) store_.shortenHistory(MostHistory / 2);
        state_.outcome.reset(); // In memory only: the next save leaves it out of the file too.
    } catch (const std::exception& e) {
        log_.error(std::string("could not append to the history yet: ") + e.what());
    }
}

} // namespace baton::supervise
