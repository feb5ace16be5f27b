#include "client/control/Status.h"

#include "client/core/WholeNumber.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace baton::control {
namespace {

using Json = nlohmann::ordered_json;

Json toJson(const RunningRelease& release)
{
    Json object{{"version", release.version},
                {"sha256", release.sha256},
                {"generation", release.generation},
                {"pid", release.pid}};
    if (release.connections) object["connections"] = *release.connections;
    object["notified"] = release.notified.empty() ? Json(nullptr) : Json(release.notified);
    object["status"] = release.status.empty() ? Json(nullptr) : Json(release.status);
    return object;
}

Json orNull(const std::optional<RunningRelease>& release) { return release ? toJson(*release) : Json(nullptr); }
Json orNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string textOrNothing(const Json& value) { return value.is_null() ? std::string() : value.get<std::string>(); }

// A Baton that was started before it was upgraded does not say everything yet.
Json orAbsent(const Json& document, const char* name) { return document.value(name, Json(nullptr)); }

RunningRelease releaseFrom(const Json& object)
{
    RunningRelease release{object.at("version").get<std::string>(), object.at("sha256").get<std::string>(),
                           smallNumberOf(object, "generation"), smallNumberOf(object, "pid")};
    if (const auto left = object.find("connections"); left != object.end())
        release.connections = wholeNumber(*left, "connections");
    release.notified = textOrNothing(orAbsent(object, "notified"));
    release.status = textOrNothing(orAbsent(object, "status"));
    return release;
}

std::optional<RunningRelease> releaseOrNothing(const Json& value)
{
    return value.is_null() ? std::nullopt : std::optional(releaseFrom(value));
}

void takeGates(Status& status, const Json& document)
{
    if (const auto waiting = orAbsent(document, "waiting"); !waiting.is_null())
        status.waiting = {waiting.at("reason").get<std::string>(), textOrNothing(waiting.at("until"))};
    if (const auto offered = orAbsent(document, "offered"); !offered.is_null())
        status.offered = {offered.at("version").get<std::string>(), offered.at("reason").get<std::string>()};
    if (const auto hold = orAbsent(document, "hold"); !hold.is_null()) status.hold = {textOrNothing(hold.at("until"))};
}

std::string describe(const RunningRelease& release)
{
    return release.version + "  (generation " + std::to_string(release.generation) + ", pid " +
           std::to_string(release.pid) + ", sha256 " + release.sha256.substr(0, 12) + ")" +
           (release.connections ? ", connections left: " + std::to_string(*release.connections) : std::string()) +
           (release.notified.empty() || release.notified == "ready" ? std::string() : ", " + release.notified) +
           (release.status.empty() ? std::string() : ": " + release.status);
}

std::string row(std::string label, const std::string& value)
{
    label.resize(12, ' ');
    return label + value + '\n';
}

std::string describe(const UntoldStatus& untold)
{
    const auto number = [](std::int64_t count, const char* what) {
        return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
    };
    auto text = number(untold.events, "event") + " until the server takes them";
    return untold.lost == 0 ? text : text + "; " + number(untold.lost, "outcome") + " more it will never hear of";
}

std::string describeGates(const Status& status)
{
    std::string text;
    if (status.waiting)
        text += row("waits", (status.waiting->until.empty() ? "" : "until " + status.waiting->until + "  ") +
                                 status.waiting->reason);
    if (status.offered) text += row("offered", status.offered->version + "  " + status.offered->reason);
    if (status.hold)
        text += row("held", status.hold->until.empty() ? "until baton resume" : "until " + status.hold->until);
    return text;
}

Json toJson(const Status& status)
{
    Json document = {{"state", status.state}};
    document["release"] = orNull(status.release);
    document["candidate"] = orNull(status.candidate);
    document["draining"] = Json::array();
    for (const auto& release : status.draining) document["draining"].push_back(toJson(release));
    document["attempt"] = nullptr;
    if (status.attempt)
        document["attempt"] = {{"version", status.attempt->version},
                               {"stage", status.attempt->stage},
                               {"bytes", status.attempt->bytes},
                               {"size", status.attempt->size}};
    document["waiting"] = nullptr;
    if (status.waiting)
        document["waiting"] = {{"reason", status.waiting->reason}, {"until", orNull(status.waiting->until)}};
    document["offered"] = nullptr;
    if (status.offered)
        document["offered"] = {{"version", status.offered->version}, {"reason", status.offered->reason}};
    document["hold"] = nullptr;
    if (status.hold) document["hold"] = {{"until", orNull(status.hold->until)}};
    document["blocked"] = Json::array();
    for (const auto& blocked : status.blocked)
        document["blocked"].push_back({{"version", blocked.version},
                                       {"sha256", blocked.sha256},
                                       {"reason", blocked.reason},
                                       {"time", blocked.time}});
    document["gapMs"] = status.gapMilliseconds ? Json(*status.gapMilliseconds) : Json(nullptr);
    document["signed"] = nullptr;
    if (status.signedBy)
        document["signed"] = {{"issued", orNull(status.signedBy->issued)},
                              {"expires", orNull(status.signedBy->expires)},
                              {"ageDays", status.signedBy->ageDays}};
    document["nextCheck"] = orNull(status.nextCheck);
    document["nextCheckReason"] = orNull(status.nextCheckReason);
    document["lastCheck"] = orNull(status.lastCheck);
    document["lastCheckResult"] = orNull(status.lastCheckResult);
    document["untold"] = nullptr;
    if (status.untold) document["untold"] = {{"events", status.untold->events}, {"lost", status.untold->lost}};
    if (status.exitCode) document["exitCode"] = *status.exitCode;
    return document;
}

std::string printed(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

Status statusFrom(const Json& document)
{
    Status status;
    status.state = document.at("state").get<std::string>();
    status.release = releaseOrNothing(document.at("release"));
    status.candidate = releaseOrNothing(document.at("candidate"));
    for (const auto& release : document.at("draining")) status.draining.push_back(releaseFrom(release));
    if (const auto& attempt = document.at("attempt"); !attempt.is_null())
        status.attempt = {attempt.at("version").get<std::string>(), attempt.at("stage").get<std::string>(),
                          wholeNumber(attempt.at("bytes"), "bytes"), wholeNumber(attempt.at("size"), "size")};
    takeGates(status, document);
    if (const auto known = orAbsent(document, "signed"); !known.is_null())
        status.signedBy = {textOrNothing(known.at("issued")), textOrNothing(known.at("expires")),
                           wholeNumber(known.at("ageDays"), "ageDays")};
    for (const auto& blocked : document.at("blocked"))
        status.blocked.push_back({blocked.at("version").get<std::string>(), blocked.at("sha256").get<std::string>(),
                                  blocked.at("reason").get<std::string>(), blocked.at("time").get<std::string>()});
    if (const auto gap = orAbsent(document, "gapMs"); !gap.is_null())
        status.gapMilliseconds = wholeNumber(gap, "gapMs");
    status.nextCheck = textOrNothing(document.at("nextCheck"));
    status.nextCheckReason = textOrNothing(orAbsent(document, "nextCheckReason"));
    status.lastCheck = textOrNothing(document.at("lastCheck"));
    status.lastCheckResult = textOrNothing(document.at("lastCheckResult"));
    if (const auto untold = orAbsent(document, "untold"); !untold.is_null())
        status.untold = {wholeNumber(untold.at("events"), "events"), wholeNumber(untold.at("lost"), "lost")};
    if (const auto code = document.find("exitCode"); code != document.end())
        status.exitCode = smallNumberOf(document, "exitCode");
    return status;
}

[[noreturn]] void refuse(const Json::exception& e)
{
    throw std::runtime_error(std::string("the answer of the running Baton is not a status: ") + e.what());
}

} // namespace

std::string print(const Status& status) { return printed(toJson(status)); }

std::string print(const std::vector<NamedStatus>& programs)
{
    Json all = Json::object();
    for (const auto& [program, status] : programs) all[program] = toJson(status);
    return printed({{"programs", all}});
}

Status parseStatus(const std::string& text)
try {
    return statusFrom(Json::parse(text));
} catch (const Json::exception& e) {
    refuse(e);
}

std::vector<NamedStatus> parseStatuses(const std::string& text)
try {
    const auto document = Json::parse(text);
    if (!document.contains("programs")) return {{std::string(), statusFrom(document)}};
    std::vector<NamedStatus> all;
    for (const auto& [program, status] : document.at("programs").items()) all.push_back({program, statusFrom(status)});
    return all;
} catch (const Json::exception& e) {
    refuse(e);
}

std::string describe(const Status& status)
{
    std::string text =
        row("state",
            status.state + (status.exitCode ? ", with exit code " + std::to_string(*status.exitCode) : std::string()));
    text += row("release", status.release ? describe(*status.release) : "none yet");
    if (status.candidate) text += row("candidate", describe(*status.candidate));
    for (const auto& release : status.draining) text += row("draining", describe(release));
    if (status.attempt)
        text += row("update", status.attempt->version + "  " + status.attempt->stage + ", " +
                                  std::to_string(status.attempt->bytes) + " of " +
                                  std::to_string(status.attempt->size) + " bytes");
    text += describeGates(status);
    for (const auto& blocked : status.blocked)
        text += row("blocked", blocked.version + "  (sha256 " + blocked.sha256.substr(0, 12) + ", since " +
                                   blocked.time + "): " + blocked.reason);
    if (status.gapMilliseconds)
        text += row("last gap", std::to_string(*status.gapMilliseconds) + " ms, in which nobody accepted");
    if (status.signedBy)
        text += row("signed", status.signedBy->issued.empty()
                                  ? "no statement yet"
                                  : "the newest statement is " + std::to_string(status.signedBy->ageDays) +
                                        " days old, and holds until " + status.signedBy->expires);
    text += row("last check", status.lastCheck.empty() ? "none yet" : status.lastCheck + "  " + status.lastCheckResult);
    if (status.untold) text += row("untold", describe(*status.untold));
    text +=
        row("next check", status.nextCheck.empty() ? "none planned" : status.nextCheck + "  " + status.nextCheckReason);
    return text;
}

} // namespace baton::control
