#include "client/agent/OutboxFile.h"

#include "client/core/WholeNumber.h"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>
#include <string_view>

namespace baton::agent {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 5> MilestoneNames{"granted", "started", "downloaded", "installed", "ended"};

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
    if (event.times > 1) document["times"] = event.times;
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
                         wholeNumber(document.value("extraCode", Json(0)), "extraCode"),
                         static_cast<int>(wholeNumber(document.value("times", Json(1)), "times", 1, MostTimes))};
}

} // namespace

std::string print(const Outbox& outbox)
{
    Json document = {{"format", 1}, {"cursor", outbox.cursor}, {"told", nullptr}, {"waiting", Json::array()}};
    if (outbox.lost > 0) document["lost"] = outbox.lost;
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
    outbox.lost = wholeNumber(document.value("lost", Json(0)), "lost", 0);
    if (const auto& told = document.at("told"); !told.is_null())
        outbox.told = Told{{told.at("version").get<std::string>(), told.at("sha256").get<std::string>()},
                           told.at("sessionId").get<std::string>(),
                           milestoneFrom(told.at("milestone").get<std::string>())};
    for (const auto& event : document.at("waiting")) outbox.waiting.push_back(eventFrom(event));
    return outbox;
}

} // namespace baton::agent
