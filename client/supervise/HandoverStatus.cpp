// What is said of a hand-over: in the log, to whoever runs Baton, and to `baton status`.
#include "client/core/Duration.h"
#include "client/core/Timestamp.h"
#include "client/supervise/Handover.h"

#include <chrono>
#include <string>

namespace baton::supervise {

std::string Handover::candidateName() const { return candidateKey_ ? candidateKey_->version : "the candidate"; }

std::string Handover::oldName() const
{
    return ledger_.state().current ? ledger_.state().current->version : "the old release";
}

void Handover::sayPhase(Phase phase, Event because) const
{
    const auto candidate = candidateName();
    const auto serving = serving_ ? serving_->key().version : candidate;
    switch (phase) {
    case Phase::StartingBeside: log_.info(candidate + " starts beside " + oldName()); break;
    case Phase::ProbationBeside:
        log_.info(candidate + " on probation beside " + oldName() + " for " + printDuration(settings_.probation));
        break;
    case Phase::ProbationAlone:
        log_.info(candidate + " serves alone, on probation for " + printDuration(settings_.probationAlone));
        break;
    case Phase::Switching:
        log_.info(candidate + " waits for " + oldName() + " to end; clients wait in the queue");
        break;
    case Phase::StartingAlone: log_.info(candidate + " starts; clients wait in the queue"); break;
    case Phase::Resuming: log_.warning("going back to " + oldName() + ", which stood by"); break;
    case Phase::RollingBack: log_.warning("going back to " + oldName()); break;
    case Phase::Serving:
        if (because == Event::Ready)
            log_.info(serving + " serves");
        else if (because == Event::CandidateEnded || because == Event::Resumed || !wasReady_)
            log_.info(serving + " serves on");
        break;
    default: break;
    }
    manager_.status(settings_.number, std::string(publicName(phase)) + ": " + serving);
}

control::Status Handover::status() const
{
    control::Status status;
    status.state = publicName(phase());
    if (const auto gap = gap_.last()) status.gapMilliseconds = gap->count();
    if (serving_) status.release = serving_->status();
    if (candidate_) status.candidate = candidate_->status();
    if (standingBy_) status.draining.push_back(standingBy_->status());
    for (const auto& generation : draining_) status.draining.push_back(generation->status());
    for (const auto& blocked : ledger_.state().blocked)
        status.blocked.push_back({blocked.key.version, blocked.key.sha256, blocked.reason, blocked.time});
    if (const auto& trust = ledger_.state().trust) {
        const auto issued = parseTimestamp(trust->issued).value_or(loop_.clock().wall());
        const auto age = std::chrono::duration_cast<std::chrono::hours>(loop_.clock().wall() - issued);
        status.signedBy = {trust->issued, trust->expires, age.count() / 24};
    }
    return status;
}

} // namespace baton::supervise
