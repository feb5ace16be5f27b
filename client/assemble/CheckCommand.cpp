#include "client/assemble/CheckCommand.h"

#include "client/agent/Agent.h"
#include "client/assemble/AgentSettings.h"
#include "client/assemble/Network.h"
#include "client/assemble/Places.h"
#include "client/assemble/PublicKeys.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <ostream>

namespace baton::assemble {
namespace {

using Json = nlohmann::ordered_json;

/// What the answer is, for people and for machines.
struct Report {
    Json json;
    std::string text;
    int exitCode = exitcode::Ok;
};

Report reportOf(const source::NoUpdate&) { return {{{"status", "noupdate"}}, "nothing is new"}; }

Report reportOf(const source::Offer& offer)
{
    Report report{{{"status", "update"}, {"version", offer.version}}, "version " + offer.version + " is offered"};
    for (const auto& package : offer.packages) {
        report.json["packages"].push_back(
            {{"name", package.name}, {"size", package.sizeBytes}, {"sha256", package.sha256}, {"urls", package.urls}});
        if (!package.required) report.json["packages"].back()["required"] = false;
        report.text += "\n  " + package.name + ", " + std::to_string(package.sizeBytes) + " bytes, " +
                       (!package.required        ? "not required, and cannot be verified or fetched: left out"
                        : package.sha256.empty() ? "its sha256 is in the signed statement"
                                                 : "sha256 " + package.sha256);
        for (const auto& url : package.urls) report.text += "\n  " + escaped(url, 2048);
    }
    return report;
}

Report reportOf(const source::Unusable& unusable)
{
    return {{{"status", "unusable"}, {"version", unusable.version}, {"reason", unusable.reason.detail}},
            "version " + unusable.version + " is offered and cannot be taken: " + unusable.reason.detail,
            exitcode::Data};
}

Report reportOf(const source::Refused& refused)
{
    return {{{"status", "refused"}, {"reason", refused.reason.detail}},
            refused.reason.detail, // It begins with "the server refuses".
            exitcode::Unavailable};
}

Report reportOf(const source::Answer& answer)
{
    return std::visit([](const auto& what) { return reportOf(what); }, answer);
}

Report reportOf(const agent::AskedApp& app)
{
    auto report = app.answer ? reportOf(*app.answer)
                             : Report{{{"status", "failed"}, {"reason", app.answer.error().detail}},
                                      app.answer.error().detail,
                                      exitcode::Temporary};
    Json named{{"name", app.name}, {"id", app.id}};
    named.update(report.json);
    report.json = std::move(named);
    report.text = app.name + " (" + escaped(app.id) + "): " + report.text;
    return report;
}

/// The program's own app first, and below it the others that go into its releases.
Report reportOf(const agent::Asked& asked)
{
    auto report = reportOf(*asked.answer);
    for (const auto& app : asked.others) {
        auto other = reportOf(app);
        report.json["apps"].push_back(std::move(other.json));
        report.text += '\n' + other.text;
        if (report.exitCode == exitcode::Ok) report.exitCode = other.exitCode;
    }
    return report;
}

} // namespace

int checkCommand(const Resolved& resolved, std::ostream& out)
{
    const auto& values = resolved.values;
    for (const auto* needed : {"server", "app-id"})
        if (!values.has(needed))
            throw UsageError(std::string("a check needs --") + needed + ", for example --" + needed + ' ' +
                             std::string(findOption(needed)->example));
    auto log = makeLog("check", values);
    checkNetwork(values, environ, log);
    auto settings = agentSettings(values, stateDirectory(values, "baton"));
    settings.needsSignatures = !trustedKeys(values).empty();
    const auto asked = agent::checkOnce(settings, values.text("app-version"));
    if (!asked.answer) throw UsageError("the check failed: " + asked.answer.error().detail, exitcode::Temporary);
    if (!asked.notGivenBack.empty())
        log.warning(
            "the server did not take it that nothing is fetched here, and may count this machine as updating: " +
            asked.notGivenBack);
    const auto report = reportOf(asked);
    out << (values.isOn("json") ? report.json.dump(-1, ' ', false, Json::error_handler_t::replace) : report.text)
        << '\n';
    return report.exitCode;
}

} // namespace baton::assemble
