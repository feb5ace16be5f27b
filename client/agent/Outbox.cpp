#include "client/agent/Outbox.h"

#include "client/core/WholeNumber.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace baton::agent {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t MostWaiting = 64; // A server that is away for months is not sent a novel.

struct Step {
    Milestone milestone;
    int type;
};

constexpr std::array Steps{Step{Milestone::Started, 13}, Step{Milestone::Downloaded, 14},
                           Step{Milestone::Installed, 800}};
constexpr std::array<std::string_view, 5> MilestoneNames{"granted", "started", "downloaded", "installed", "ended"};

constexpr int Success = 1;
constexpr int UpdateComplete = 3;
constexpr int SuccessAfterRestart = 2;

Milestone milestoneFrom(const std::string& word)
{
    for (std::size_t i = 0; i < MilestoneNames.size(); ++i)
        if (MilestoneNames[i] == word) return static_cast<Milestone>(i);
    throw std::runtime_error("downloads/outbox.json has an unknown milestone");
}

Json toJson(const source::Event& event)
{
    Json document = {{"type", event.type}, {"result", event.result}, {"errorCode", event.errorCode}};
    document["version"] = event.version;
    document["previousVersion"] = event.previousVersion;
    document["nextVersion"] = event.nextVersion;
    document["sessionId"] = event.sessionId;
    document["time"] = event.time;
    if (!event.appId.empty()) document["appId"] = event.appId;
    if (!event.pipelineId.empty()) document["pipelineId"] = event.pipelineId;
    if (event.extraCode != 0) document["extraCode"] = event.extraCode;
    return document;
}

source::Event eventFrom(const Json& document)
{
    return source::Event{smallNumberOf(document, "type"),
                         smallNumberOf(document, "result"),
                         smallNumberOf(document, "errorCode"),
                         document.at("version").get<std::string>(),
                         document.at("previousVersion").get<std::string>(),
                         document.at("nextVersion").get<std::string>(),
                         document.at("sessionId").get<std::string>(),
                         wholeNumber(document.value("time", Json(0)), "time"),
                         document.value("appId", std::string()),
                         document.value("pipelineId", std::string()),
                         wholeNumber(document.value("extraCode", Json(0)), "extraCode")};
}

} // namespace

// An outcome is what the operator looks for: it waits however long it takes. The steps on the way to one go first.
void queue(Outbox& outbox, source::Event event)
{
    auto& waiting = outbox.waiting;
    waiting.push_back(std::move(event));
    if (waiting.size() <= MostWaiting) return;
    const auto oldest = std::find_if(waiting.begin(), waiting.end(),
                                     [](const source::Event& one) { return one.type != UpdateComplete; });
    if (oldest != waiting.end()) waiting.erase(oldest);
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
    if (ours) reach(outbox, *attempt, committed ? Milestone::Installed : Milestone::Granted);
    source::Event event{UpdateComplete,   committed ? SuccessAfterRestart : 0,     0, line.from, line.from,
                        line.key.version, ours ? attempt->sessionId : newSession()};
    if (committed)
        event.version = line.key.version;
    else
        event.errorCode = line.code != 0 ? line.code : code::Unexplained;
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

std::string print(const Outbox& outbox)
{
    Json document = {{"format", 1}, {"cursor", outbox.cursor}, {"told", nullptr}, {"waiting", Json::array()}};
    if (outbox.told)
        document["told"] = {{"version", outbox.told->key.version},
                            {"sha256", outbox.told->key.sha256},
                            {"sessionId", outbox.told->sessionId},
                            {"milestone", MilestoneNames.at(static_cast<std::size_t>(outbox.told->milestone))}};
    for (const auto& event : outbox.waiting) document["waiting"].push_back(toJson(event));
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Outbox parseOutbox(const std::string& text)
{
    const auto document = Json::parse(text);
    if (wholeNumber(document.at("format"), "format") != 1)
        throw std::runtime_error("downloads/outbox.json is of another format");
    Outbox outbox;
    outbox.cursor = wholeNumber(document.at("cursor"), "cursor");
    if (const auto& told = document.at("told"); !told.is_null())
        outbox.told = Told{{told.at("version").get<std::string>(), told.at("sha256").get<std::string>()},
                           told.at("sessionId").get<std::string>(),
                           milestoneFrom(told.at("milestone").get<std::string>())};
    for (const auto& event : document.at("waiting")) outbox.waiting.push_back(eventFrom(event));
    return outbox;
}

} // namespace baton::agent
