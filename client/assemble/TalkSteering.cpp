#include "client/assemble/AskBaton.h"
#include "client/assemble/Places.h"
#include "client/assemble/Talk.h"
#include "client/assemble/UsageError.h"
#include "client/assemble/ValueCheck.h"
#include "client/core/Text.h"
#include "client/core/Timestamp.h"

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>

namespace baton::assemble {

int approveCommand(const Resolved& resolved, const Terminal& terminal)
{
    const auto version = resolved.rest.empty() ? std::string() : resolved.rest.front();
    if (!version.empty() && !isVersionText(version))
        throw UsageError("\"" + escaped(version) + "\" is no version; for example baton approve 1.5.0");
    demand(batonMeantBy(resolved), version.empty() ? "approve" : "approve " + version, "nothing was approved");
    return sayAccepted(resolved, terminal.out, "approved; baton status says how it goes on");
}

int holdCommand(const Resolved& resolved, const Terminal& terminal)
{
    const auto now = parseTimestamp(terminal.second()).value_or(WallTime());
    const auto until = momentOf(resolved.values.text("until"), now);
    if (until && *until <= now) throw UsageError("--until is over already; a hold ends in the future");
    const auto moment = until ? printTimestamp(*until) : std::string();
    demand(batonMeantBy(resolved), moment.empty() ? "hold" : "hold " + moment, "nothing is held back");
    return sayAccepted(resolved, terminal.out,
                       "no release takes over until " + (moment.empty() ? std::string("baton resume") : moment));
}

int resumeCommand(const Resolved& resolved, const Terminal& terminal)
{
    demand(batonMeantBy(resolved), "resume", "the hold was not ended");
    return sayAccepted(resolved, terminal.out, "updates go on");
}

namespace {

using Json = nlohmann::json;

/// What became of the reload of one program: Baton's own words.
Json reloaded(const Baton& baton, const Terminal& terminal)
{
    demand(baton, "reload", "the configuration was not read");
    auto text = askBaton(baton, "reloaded");
    auto answer = Json::parse(text, nullptr, false);
    while (answer.is_object() && answer.contains("pending")) {
        terminal.pause();
        text = askBaton(baton, "reloaded");
        answer = Json::parse(text, nullptr, false);
    }
    if (!answer.is_object() || answer.contains("error"))
        throw UsageError("nothing was changed: " + escaped(answer.is_object() ? answer.value("error", "") : text, 1000),
                         exitcode::Temporary);
    return answer;
}

void show(const Json& answer, const std::string& program, std::ostream& out)
{
    const auto before = program.empty() ? std::string() : program + ": ";
    const auto changed = answer.value("changed", Json::array());
    const auto refused = answer.value("refused", Json::array());
    for (const auto& sentence : changed) out << before << escaped(sentence.get<std::string>(), 1000) << '\n';
    for (const auto& sentence : refused)
        out << before << "refused: " << escaped(sentence.get<std::string>(), 1000) << '\n';
    if (changed.empty() && refused.empty()) out << before << "nothing has changed\n";
}

bool refusedNothing(const Json& answer) { return answer.value("refused", Json::array()).empty(); }

} // namespace

int reloadCommand(const Resolved& resolved, const Terminal& terminal)
{
    bool all = true;
    Json together = {{"accepted", true}};
    const auto batons = eachProgramOf(batonMeantBy(resolved));
    const bool isSeveral = batons.size() > 1;
    for (const auto& baton : batons) {
        const auto answer = reloaded(baton, terminal);
        all = all && refusedNothing(answer);
        if (isSeveral)
            together["programs"][baton.program] = answer;
        else
            together = answer;
        if (!resolved.values.isOn("json")) show(answer, isSeveral ? baton.program : std::string(), terminal.out);
    }
    if (resolved.values.isOn("json")) terminal.out << together.dump() << '\n';
    return all ? exitcode::Ok : exitcode::Temporary;
}

int rollbackCommand(const Resolved& resolved, const Terminal& terminal)
{
    demand(batonMeantBy(resolved), "rollback", "nothing was taken back");
    return sayAccepted(resolved, terminal.out, "it is taken back; baton status says how it goes on");
}

int restartCommand(const Resolved& resolved, const Terminal& terminal)
{
    demand(batonMeantBy(resolved), "restart", "nothing was started anew");
    return sayAccepted(resolved, terminal.out, "it is started anew; baton status says how it goes on");
}

} // namespace baton::assemble
