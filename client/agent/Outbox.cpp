#include "client/agent/Outbox.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace baton::agent {
namespace {

struct Step {
    Milestone milestone;
    int type;
};

constexpr std::array Steps{Step{Milestone::Started, 13}, Step{Milestone::Downloaded, 14},
                           Step{Milestone::Installed, 800}};

constexpr int Success = 1;
constexpr int UpdateComplete = 3;
constexpr int SuccessAfterRestart = 2;
constexpr int Deferred = 9;

// How something ended. That it was put off (3/9) is no end, and is said again at the next check.
bool isOutcome(const source::Event& event) { return event.type == UpdateComplete && event.result != Deferred; }

// The same thing happened, in another session and at another time.
bool isSame(const source::Event& a, const source::Event& b)
{
    const auto what = [](const source::Event& event) {
        return std::tie(event.type, event.result, event.errorCode, event.version, event.previousVersion,
                        event.nextVersion, event.appId, event.pipelineId, event.extraCode);
    };
    return what(a) == what(b);
}

using Waiting = std::vector<source::Event>;

// Nothing is lost by it: the later one counts both, and stands where the server's own picture of us ends up right.
bool mergeOutcome(Waiting& waiting)
{
    for (auto one = waiting.begin(); one != waiting.end(); ++one) {
        if (!isOutcome(*one)) continue;
        const auto later =
            std::find_if(one + 1, waiting.end(), [&](const source::Event& other) { return isSame(*one, other); });
        if (later == waiting.end()) continue;
        later->times = std::min(later->times + one->times, MostTimes);
        waiting.erase(one);
        return true;
    }
    return false;
}

bool dropStep(Waiting& waiting)
{
    const auto oldest = std::find_if_not(waiting.begin(), waiting.end(), isOutcome);
    if (oldest == waiting.end()) return false;
    waiting.erase(oldest);
    return true;
}

} // namespace

// An outcome is what the operator looks for: it waits however long it takes. The steps on the way to one go first.
void queue(Outbox& outbox, source::Event event)
{
    auto& waiting = outbox.waiting;
    waiting.push_back(std::move(event));
    while (waiting.size() > MostWaiting && (mergeOutcome(waiting) || dropStep(waiting))) {
    }
    if (waiting.size() <= MostOutcomes) return;
    outbox.lost += waiting.front().times;
    waiting.erase(waiting.begin());
}

void delivered(Outbox& outbox)
{
    outbox.waiting.erase(outbox.waiting.begin());
    if (outbox.waiting.empty()) outbox.lost = 0;
}

namespace {

// What happens to the program's own app happens to each one that has an update in the same release.
void queueForAll(Outbox& outbox, source::Event event, const store::Attempt& attempt)
{
    const bool isDone = event.version == event.nextVersion;
    event.pipelineId = attempt.pipelineId;
    queue(outbox, event);
    for (const auto& one : attempt.apps) {
        if (!one.isNew()) continue;
        event.appId = one.app.id;
        event.pipelineId = one.pipelineId;
        event.previousVersion = one.from;
        event.nextVersion = one.app.version;
        event.version = isDone ? one.app.version : one.from;
        queue(outbox, event);
    }
}

} // namespace

void reach(Outbox& outbox, const store::Attempt& attempt, Milestone milestone)
{
    if (!outbox.told || outbox.told->sessionId != attempt.sessionId)
        outbox.told = Told{attempt.key, attempt.sessionId, Milestone::Granted};
    for (const auto& step : Steps) {
        if (step.milestone > milestone || step.milestone <= outbox.told->milestone) continue;
        outbox.told->milestone = step.milestone;
        queueForAll(outbox, {step.type, Success, 0, attempt.from, attempt.from, attempt.key.version, attempt.sessionId},
                    attempt);
    }
}

void takeLine(Outbox& outbox, const store::HistoryLine& line, const store::Attempt* attempt,
              const std::function<std::string()>& newSession)
{
    const bool ours = attempt != nullptr && attempt->key == line.key;
    const bool committed = line.outcome == store::Outcome::Committed;
    if (!ours && line.from.empty()) return;
    const bool told = outbox.told && outbox.told->key == line.key && outbox.told->milestone == Milestone::Ended;
    if (!ours && committed && told) return; // state.json had said so before the line was written.
    // What was taken back had been installed, also where that was over before we looked.
    const bool wasInstalled = committed || line.outcome == store::Outcome::RolledBack;
    if (ours) reach(outbox, *attempt, wasInstalled ? Milestone::Installed : Milestone::Granted);
    source::Event event{UpdateComplete,   committed ? SuccessAfterRestart : 0,     0, line.from, line.from,
                        line.key.version, ours ? attempt->sessionId : newSession()};
    if (committed)
        event.version = line.key.version;
    else
        event.errorCode = line.code != 0 ? line.code : code::Unexplained;
    event.extraCode = line.extra;
    if (ours)
        queueForAll(outbox, event, *attempt);
    else
        queue(outbox, std::move(event));
    if (ours) outbox.told->milestone = Milestone::Ended;
}

bool isEnded(const Outbox& outbox, const store::Attempt& attempt)
{
    return outbox.told && outbox.told->sessionId == attempt.sessionId && outbox.told->milestone == Milestone::Ended;
}

} // namespace baton::agent
