#include "client/assemble/DoctorCommand.h"

#include "client/agent/Confined.h"
#include "client/assemble/AgentSettings.h"
#include "client/assemble/AskBaton.h"
#include "client/assemble/Histories.h"
#include "client/assemble/Places.h"
#include "client/assemble/PublicKeys.h"
#include "client/assemble/Run.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/control/Status.h"
#include "client/core/HostPort.h"
#include "client/doctor/Checks.h"
#include "client/doctor/Look.h"
#include "client/doctor/Report.h"
#include "client/exporter/Exporter.h"
#include "client/stage/Confined.h"
#include "client/stage/Settings.h"
#include "client/store/Store.h"
#include "client/verify/EmbeddedKeys.h"

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace baton::assemble {
namespace {

/// One program's installation, as the options name it.
struct Place {
    std::string program; ///< empty: the only one
    Values values;
    std::filesystem::path directory;
};

/// Whether the options are those of `baton run`, and not only where to look.
bool saysHowToRun(const Resolved& resolved)
{
    return !resolved.programs.empty() || !resolved.rest.empty() || resolved.values.has("server");
}

bool saysWhere(const Resolved& resolved)
{
    return saysHowToRun(resolved) || resolved.values.has("state-dir") || resolved.values.has("app-id") ||
           std::getenv("STATE_DIRECTORY") != nullptr;
}

std::filesystem::path directoryOf(const Resolved& resolved)
{
    return stateDirectory(resolved.values, resolved.rest.empty() ? "programs" : resolved.rest.front());
}

std::vector<Place> placesOf(const Resolved& resolved)
{
    std::vector<Place> all;
    const auto directory = directoryOf(resolved);
    for (const auto& [name, values, command] : resolved.programs)
        all.push_back({name, values, programDirectory(directory, name, values)});
    if (all.empty())
        for (const auto& name : programsIn(directory))
            all.push_back({name, resolved.values, programDirectory(directory, name)});
    if (const auto wanted = resolved.values.text("program"); !wanted.empty()) {
        std::erase_if(all, [&](const Place& place) { return place.program != wanted; });
        if (all.empty()) throw UsageError("neither --config nor " + directory.string() + " has a program " + wanted);
    }
    if (all.empty()) all.push_back({{}, resolved.values, directory});
    return all;
}

/// What a Baton that runs says of its programs, or why nothing.
struct Heard {
    std::vector<control::NamedStatus> programs{};
    std::string why{};
};

Heard hear(const std::filesystem::path& socket)
try {
    return {control::parseStatuses(askBaton({socket, {}}, "status"))};
} catch (const NobodyAnswers& error) {
    return {{}, error.why()};
} catch (const std::runtime_error& error) {
    return {{}, error.what()};
}

doctor::RunningFacts runningOf(const Heard& heard, const std::string& program)
{
    doctor::RunningFacts facts;
    facts.why = heard.why.empty() ? "the Baton that answers has no such program" : heard.why;
    for (const auto& [name, status] : heard.programs) {
        if (name != program) continue;
        facts.answers = true;
        facts.state = status.state;
        if (status.release) facts.version = status.release->version;
        facts.lastCheckResult = status.lastCheckResult;
    }
    return facts;
}

doctor::SignatureFacts signaturesOf(const Values& values, bool areOptionsKnown)
{
    doctor::SignatureFacts facts;
    facts.areBuiltIn = !verify::embeddedKeys().empty();
    facts.areOptionsKnown = areOptionsKnown;
    facts.isUpdated = values.has("server");
    facts.isGivenUp = values.text("require-signature") == "no";
    try {
        facts.keys = trustedKeys(values).size();
    } catch (const UsageError& error) {
        facts.fault = error.what();
    }
    return facts;
}

/// Whether `baton run` would take these options.
doctor::Findings options(const Resolved& resolved)
try {
    if (resolved.rest.empty() && resolved.programs.empty()) return {};
    checkOptions(resolved, ownExecutable());
    return {{doctor::Grade::Fine, "options", "baton run takes them"}};
} catch (const UsageError& error) {
    return {{doctor::Grade::Broken, "options", std::string("baton run refuses them: ") + error.what(), "mend them"}};
}

void add(doctor::Findings& all, doctor::Findings more)
{
    for (auto& finding : more) all.push_back(std::move(finding));
}

doctor::Findings installations(const Resolved& resolved, const std::vector<Place>& places, WallTime now)
{
    if (places.empty())
        return {{doctor::Grade::Weak, "installation", "nobody said which, so the host alone was looked at",
                 "say --state-dir DIR, or the options of baton run"}};
    doctor::Findings all;
    const auto heard = hear(controlSocket(resolved.values, directoryOf(resolved)));
    const bool areOptionsKnown = resolved.configFault.empty() && saysHowToRun(resolved);
    for (const auto& [program, values, directory] : places)
        add(all,
            examine(doctor::InstallationFacts{program, doctor::lookAtStore(store::Store(directory)),
                                              signaturesOf(values, areOptionsKnown), runningOf(heard, program), now}));
    return all;
}

// That there is no such user is said of the options.
std::optional<os::Account> accountOf(const Values& values)
try {
    return agentAccount(values);
} catch (const UsageError&) {
    return std::nullopt;
}

/// Each that gives up what it does not need, as it would in that place.
std::vector<doctor::Role> rolesIn(const std::filesystem::path& directory, const Values& values)
{
    const store::Store store(directory);
    std::vector<doctor::Role> roles{
        {"stager", [store] { return stage::confineTo(store, stage::Limits()); }},
        {"agent", [store, account = accountOf(values)] { return agent::confineTo(store, account); }}};
    if (parseHostPort(values.text("metrics")))
        roles.push_back({"exporter", [directory] { return exporter::confineTo(exportedFileIn(directory)); }});
    return roles;
}

} // namespace

int doctorCommand(const Resolved& resolved, WallTime now, std::ostream& out)
{
    const auto places = saysWhere(resolved) ? placesOf(resolved) : std::vector<Place>();
    const auto directory = places.empty() ? std::filesystem::path("/nonexistent") : places.front().directory;
    const auto& values = places.empty() ? resolved.values : places.front().values;
    auto all = examine(doctor::lookAtMachine(rolesIn(directory, values)));
    add(all, examine(doctor::ConfigFacts{resolved.values.text("config"), resolved.configFault}));
    if (resolved.configFault.empty()) add(all, options(resolved));
    add(all, installations(resolved, places, now));
    out << (resolved.values.isOn("json") ? print(all) : describe(all));
    return isAnyBroken(all) ? exitcode::Unavailable : exitcode::Ok;
}

} // namespace baton::assemble
