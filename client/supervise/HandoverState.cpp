// A hand-over in a snapshot: how one supervisor writes it down, and the next one goes on in its midst.
#include "client/core/Text.h"
#include "client/supervise/Handover.h"
#include "client/supervise/HandoverKeys.h"

#include <algorithm>
#include <stdexcept>

namespace baton::supervise {
std::string textOf(const std::optional<store::ReleaseKey>& key)
{
    return key ? key->version + ' ' + key->sha256 : std::string();
}

std::optional<store::ReleaseKey> keyFromText(const std::string& text)
{
    if (text.empty()) return std::nullopt;
    const auto blank = text.find(' ');
    store::ReleaseKey key{text.substr(0, blank), blank == std::string::npos ? "" : text.substr(blank + 1)};
    if (!isVersionText(key.version) || !isSha256Hex(key.sha256))
        throw std::runtime_error("the running Baton names a release that is none: " + escaped(text));
    return key;
}

void Handover::collectListeners(std::vector<SharedListener>& listeners) const
{
    for (const auto* generation : all())
        for (const auto& listener : generation->listeners().all())
            if (std::find(listeners.begin(), listeners.end(), listener) == listeners.end())
                listeners.push_back(listener);
}

HandoverState Handover::save(const std::vector<SharedListener>& listeners) const
{
    const auto saved = [&](const std::unique_ptr<Generation>& generation) {
        return generation ? std::optional(generation->save(listeners)) : std::nullopt;
    };
    HandoverState state;
    state.phase = machine_.phase();
    state.deadline = machine_.deadline();
    state.serving = saved(serving_);
    state.candidate = saved(candidate_);
    state.standingBy = saved(standingBy_);
    for (const auto& generation : draining_) state.draining.push_back(generation->save(listeners));
    state.candidateKey = textOf(candidateKey_);
    state.pending = textOf(pending_);
    state.pendingIsRollback = pendingIsRollback_;
    state.candidateIsRollback = candidateIsRollback_;
    state.failure = failure_;
    state.failureWay = static_cast<int>(way_);
    state.faultIsOurs = faultIsOurs_;
    state.faultOf = faultOf_;
    state.passed = passed_;
    state.isDecided = isDecided_;
    state.gap = gap_.save();
    state.wasReady = wasReady_;
    state.started = started_;
    state.switchingNumber = switchingNumber_;
    state.previousTries = previousTries_;
    state.stopSignal = stop_.signal.number;
    for (const auto& one : held_.all()) state.held.push_back({one.signal.number, one.signal.value, one.toGroup});
    state.exitCode = exitCode_;
    state.leaderNumber = leaderNumber_;
    state.watchesQueues = queues_ != nullptr;
    state.queuesEnd = queuesEnd_.due();
    state.againAt = again_.due();
    state.again = state.againAt ? what_ : Again::Nothing;
    state.stored = stored_.save();
    state.foreground = terminal_.group();
    state.leaving = cgroups_.leaving();
    return state;
}

void Handover::restore(const HandoverState& state, const std::vector<SharedListener>& listeners)
{
    const auto restored = [&](const std::optional<GenerationState>& generation) {
        if (!generation) return std::unique_ptr<Generation>();
        for (const auto& record : ledger_.state().generations)
            if (record.number == generation->number && record.cgroup) cgroups_.restore(generation->pid, *record.cgroup);
        return std::make_unique<Generation>(world_, *generation, listeners);
    };
    machine_.restore(state.phase, state.deadline);
    terminal_.taken(state.foreground);
    cgroups_.restoreLeaving(state.leaving);
    stored_.restore(state.stored);
    serving_ = restored(state.serving);
    candidate_ = restored(state.candidate);
    standingBy_ = restored(state.standingBy);
    for (const auto& generation : state.draining) draining_.push_back(restored(generation));
    candidateKey_ = keyFromText(state.candidateKey);
    pending_ = keyFromText(state.pending);
    pendingIsRollback_ = state.pendingIsRollback;
    candidateIsRollback_ = state.candidateIsRollback;
    blame(static_cast<Way>(state.failureWay), state.failure);
    faultIsOurs_ = state.faultIsOurs;
    faultOf_ = state.faultOf;
    passed_ = state.passed;
    isDecided_ = state.isDecided;
    gap_.restore(state.gap);
    wasReady_ = state.wasReady;
    started_ = state.started;
    switchingNumber_ = state.switchingNumber;
    previousTries_ = state.previousTries;
    stop_.signal.number = state.stopSignal;
    for (const auto& one : state.held) held_.add({{one.number, one.value}, one.toGroup});
    exitCode_ = state.exitCode;
    leaderNumber_ = state.leaderNumber;
    if (state.watchesQueues) watchQueues();
    if (state.queuesEnd) queuesEnd_ = loop_.at(*state.queuesEnd, [this] { queues_.reset(); });
    if (state.again != Again::Nothing && state.againAt) tryAgain(state.again, *state.againAt);
    armDeadline();
    giveStored();
}

} // namespace baton::supervise
