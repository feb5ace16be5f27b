#include "client/assemble/Run.h"

#include "client/agent/Agent.h"
#include "client/agent/Identity.h"
#include "client/assemble/AgentSettings.h"
#include "client/assemble/Background.h"
#include "client/assemble/Become.h"
#include "client/assemble/FirstRelease.h"
#include "client/assemble/Network.h"
#include "client/assemble/OwnStart.h"
#include "client/assemble/Places.h"
#include "client/assemble/PublicKeys.h"
#include "client/assemble/SignalRules.h"
#include "client/assemble/SignatureNeed.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Passing.h"
#include "client/os/SignalSet.h"
#include "client/os/StartReport.h"
#include "client/os/SystemClock.h"
#include "client/source/Source.h"
#include "client/store/Store.h"
#include "client/supervise/ProgramLog.h"
#include "client/supervise/SignalPlan.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <map>

namespace baton::assemble {
namespace {

/// systemd passes listeners to this very process; the exec keeps its pid.  [sd_listen_fds(3)]
bool inheritsListeners()
{
    const char* pid = std::getenv("LISTEN_PID");
    return pid != nullptr && parseNumber(pid) == static_cast<std::int64_t>(::getpid());
}

/// One program as it is to be run, be it the only one.
struct Wanted {
    std::string name; ///< of a section; empty: it stands behind --
    Values values;
    std::vector<std::string> command;
    std::filesystem::path stateDirectory;
};

void checkTogether(const Wanted& wanted)
{
    const auto& values = wanted.values;
    if (wanted.command.empty() || wanted.command.front().empty())
        throw UsageError(
            wanted.name.empty()
                ? "there is no PROGRAM; it stands behind --: baton run --server URL --app-id ID -- ./server"
                : "there is no PROGRAM; say command = ./server --verbose");
    if (values.has("server") && !values.has("app-id"))
        throw UsageError("--server needs --app-id, by which the server knows the program");
    if (values.has("app-id") && !values.has("server"))
        throw UsageError("--app-id without --server: nothing would be updated; say --server URL, or leave both out");
    if (values.has("initial") && !supervise::namesRelease(wanted.command))
        throw UsageError(
            "--initial needs {release} in PROGRAM or ARGS; without it PROGRAM itself is the first release");
}

Given givenOf(const Wanted& wanted)
{
    Given given;
    given.version = wanted.values.text("app-version");
    given.tree = supervise::namesRelease(wanted.command);
    if (given.tree) {
        given.source = wanted.values.text("initial");
        return given;
    }
    const char* path = std::getenv("PATH");
    given.source = lookUp(wanted.command.front(), path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path);
    return given;
}

Handed handedOf(const Wanted& wanted, const std::string& executable)
{
    Handed handed;
    handed.values = wanted.values;
    handed.command = wanted.command;
    handed.program = wanted.name;
    handed.stateDirectory = wanted.stateDirectory;
    handed.controlSocket = controlSocket(wanted.values, handed.stateDirectory);
    handed.executable = executable;
    handed.listens = wanted.values.has("listen") || (wanted.name.empty() && inheritsListeners());
    return handed;
}

/// The default of --jitter is the interval; from here on it is a value like any other.
void settleJitter(Values& values)
{
    if (!values.has("jitter")) values.set("jitter", {{values.text("interval"), "default"}});
}

os::UniqueFd lockOf(const store::Store& store)
try {
    auto lock = store.lock();
    if (!lock)
        throw UsageError("another Baton runs on " + store.root().string() + "; end it, or say another --state-dir",
                         exitcode::Unavailable);
    return std::move(*lock);
} catch (const std::system_error& error) {
    throw UsageError(std::string(error.what()) + "; Baton writes there: choose another --state-dir",
                     exitcode::InputOutput);
}

void createStore(const store::Store& store)
try {
    store.create();
} catch (const std::system_error& error) {
    throw UsageError(std::string(error.what()) + "; Baton keeps its releases there: choose another --state-dir",
                     exitcode::CannotCreate);
}

os::UniqueFd ownStore(const store::Store& store)
{
    createStore(store);
    return lockOf(store);
}

void prepareFirstOf(const store::Store& store, const Given& given, Log& log)
try {
    prepareFirst(store, given, source::isNewer, log);
} catch (const std::system_error& error) {
    throw UsageError(std::string(error.what()) + "; make room there, or choose another --state-dir",
                     exitcode::InputOutput);
}

/// Holds all against what is right, before anything is touched.
Handed checked(const Wanted& wanted, const std::string& executable)
{
    checkTogether(wanted);
    auto handed = handedOf(wanted, executable);
    settleJitter(handed.values);
    supervisorSettings(handed, -1);
    agentSettings(handed.values, handed.stateDirectory);
    agentAccount(handed.values);
    auto whole = makeLog("supervisor", handed.values);
    supervise::ProgramLog log(whole, handed.program);
    checkNetwork(wanted.values, environ, log);
    const auto keys = trustedKeys(wanted.values);
    checkSignatures(!keys.empty(), wanted.values);
    handed.publicKeys = pemOf(keys);
    const auto given = givenOf(wanted);
    if (!std::filesystem::exists(handed.stateDirectory)) decideFirst(given, {}, false, source::isNewer); // Or refuses.
    return handed;
}

/// Has the first release in the store, whose lock it returns.
os::UniqueFd settled(Handed& handed, const Wanted& wanted)
{
    const store::Store store(handed.stateDirectory);
    auto lock = ownStore(store);
    handed.lock = lock.get();
    auto whole = makeLog("supervisor", handed.values);
    supervise::ProgramLog log(whole, handed.program);
    log.info("keeps releases and state in " + store.root().string());
    if (!handed.values.has("server")) log.warning("no --server was given: nothing will be updated");
    prepareFirstOf(store, givenOf(wanted), log);
    handed.needsSignatures =
        needsSignatures(store, !handed.publicKeys.empty(), wanted.values, os::SystemClock().wall(), log);
    return lock;
}

/// Whatever is wrong with one of several programs names it.
template <typename Work>
auto about(const std::string& program, Work&& work)
try {
    return work();
} catch (const UsageError& error) {
    throw UsageError("program " + program + ": " + error.what(), error.exitCode());
}

std::vector<Wanted> wantedOf(const Resolved& resolved, const std::filesystem::path& directory)
{
    std::vector<Wanted> all;
    std::map<std::filesystem::path, std::string> places;
    for (const auto& program : resolved.programs) {
        auto place = programDirectory(directory, program.name, program.values);
        const auto known = places.try_emplace(place.lexically_normal(), program.name);
        if (!known.second)
            throw UsageError("program " + program.name + " and program " + known.first->second +
                             " have one --state-dir, " + escaped(place.string()) + "; each needs its own");
        all.push_back({program.name, program.values, program.command, std::move(place)});
    }
    return all;
}

/// Two of them would open it one after the other, and the second would fail.
void checkListeners(const std::vector<Wanted>& all)
{
    std::map<std::string, std::string> owners;
    for (const auto& wanted : all)
        for (const auto& text : wanted.values.all("listen")) {
            const auto place = text.substr(text.find('=') + 1);
            if (place.ends_with(":0")) continue; // Any free port.
            const auto known = owners.try_emplace(place, wanted.name);
            if (!known.second && known.first->second != wanted.name)
                throw UsageError("program " + wanted.name + " and program " + known.first->second + " both listen on " +
                                 escaped(place) + "; each socket is one program's");
        }
}

/// Which Baton it becomes, where it has releases of its own.
void findOwnSupervisor(Prepared& prepared)
{
    auto& handed = prepared.handed;
    if (!handed.values.has("self-app-id")) return;
    agent::machineId(agent::machineFileIn(handed.stateDirectory)); // Before two agents ask for it.
    auto log = makeLog("supervisor", handed.values);
    supervise::ProgramLog ownLog(log, supervise::OwnStore);
    const store::Store store(handed.stateDirectory / supervise::OwnStore);
    createStore(store);
    const auto keys = trustedKeys(handed.values);
    handed.publicKeys = pemOf(keys); // Of several programs each has its own.
    handed.ownNeedsSignatures = needsSignatures(store, !keys.empty(), handed.values, os::SystemClock().wall(), ownLog);
    prepared.ownSupervisor = ownSupervisorToStart(store, source::isNewer, log);
}

/// Of the whole Baton.
void checkOwnApp(const Values& values)
{
    if (values.has("self-app-id") && !values.has("server"))
        throw UsageError("--self-app-id without --server: nobody would be asked for it; say --server URL");
    if (values.has("self-track") && !values.has("self-app-id"))
        throw UsageError("--self-track without --self-app-id: there is nothing that it is the track of");
}

[[noreturn]] void execute(const std::filesystem::path& supervisor, const os::UniqueFd& settings,
                          const Prepared& prepared, const std::vector<std::string>& arguments)
{
    std::vector<int> passed{settings.get()};
    for (const auto& lock : prepared.locks) passed.push_back(lock.get());
    if (prepared.handed.report >= 0) passed.push_back(prepared.handed.report); // Who waits for it.
    os::check(::setenv(SettingsVariable, std::to_string(settings.get()).c_str(), 1), "set BATON_SETTINGS");
    const os::Passing passing(passed);
    become(supervisor, arguments);
}

Prepared prepareAll(const Resolved& resolved, const std::string& executable, int report)
{
    const auto directory = stateDirectory(resolved.values, "programs");
    auto all = wantedOf(resolved, directory);
    checkListeners(all);
    Prepared prepared;
    prepared.handed.values = resolved.values;
    prepared.handed.stateDirectory = directory;
    prepared.handed.controlSocket = controlSocket(resolved.values, directory);
    prepared.handed.executable = executable;
    prepared.handed.report = report;
    for (const auto& wanted : all)
        prepared.handed.programs.push_back(about(wanted.name, [&] { return checked(wanted, executable); }));

    prepared.locks.push_back(ownStore(store::Store(directory)));
    prepared.handed.lock = prepared.locks.front().get();
    for (std::size_t i = 0; i < all.size(); ++i)
        prepared.locks.push_back(about(all[i].name, [&] { return settled(prepared.handed.programs[i], all[i]); }));
    findOwnSupervisor(prepared);
    prepared.settings = seal(prepared.handed);
    return prepared;
}

// From now on, and over the exec: a signal that comes before there is anybody to take it waits, even for process 1.
void holdSignals()
{
    os::blockSignals(supervise::takenSignals());
    os::blockSignals({SIGPIPE, SIGTTOU});
}

void checkSignals(const Resolved& resolved)
{
    std::vector<const Values*> programs;
    for (const auto& program : resolved.programs) programs.push_back(&program.values);
    signalRulesOf(resolved.values, programs);
}

/// The exit code.
int tell(int report, const std::exception& why)
{
    const auto* const usage = dynamic_cast<const UsageError*>(&why);
    const int code = usage != nullptr ? usage->exitCode() : exitcode::Software;
    os::reportText(report, std::string("baton: ") + why.what() + '\n');
    os::reportCode(report, code);
    return code;
}

Wanted onlyOneOf(const Resolved& resolved)
{
    Wanted wanted{{}, resolved.values, resolved.rest, {}};
    if (!wanted.command.empty()) wanted.stateDirectory = stateDirectory(wanted.values, wanted.command.front());
    return wanted;
}

} // namespace

void checkOptions(const Resolved& resolved, const std::string& executable)
{
    checkOwnApp(resolved.values);
    checkSignals(resolved);
    if (resolved.programs.empty()) {
        checked(onlyOneOf(resolved), executable);
        return;
    }
    const auto all = wantedOf(resolved, stateDirectory(resolved.values, "programs"));
    checkListeners(all);
    for (const auto& wanted : all) about(wanted.name, [&] { return checked(wanted, executable); });
}

Prepared prepare(const Resolved& resolved, const std::string& executable, int report)
{
    checkOwnApp(resolved.values);
    checkSignals(resolved);
    holdSignals();
    if (!resolved.programs.empty()) return prepareAll(resolved, executable, report);
    const auto wanted = onlyOneOf(resolved);
    Prepared prepared;
    prepared.handed = checked(wanted, executable);
    prepared.handed.report = report;
    prepared.locks.push_back(settled(prepared.handed, wanted));
    findOwnSupervisor(prepared);
    prepared.settings = seal(prepared.handed);
    return prepared;
}

void becomeSupervisor(Prepared prepared, const std::vector<std::string>& arguments)
{
    if (!prepared.ownSupervisor.empty()) {
        auto log = makeLog("supervisor", prepared.handed.values);
        try {
            auto handed = prepared.handed;
            handed.executable = batonFor(prepared.ownSupervisor, handed.executable);
            for (auto& program : handed.programs) program.executable = handed.executable;
            execute(prepared.ownSupervisor, seal(handed), prepared, arguments);
        } catch (const std::exception& error) {
            log.error(std::string(error.what()) + "; the installed Baton starts");
        }
    }
    execute(helperExecutable(prepared.handed.executable, "baton-supervisor"), prepared.settings, prepared, arguments);
}

int startWhereAsked(const Resolved& resolved, const std::string& executable, const std::function<int(Prepared)>& start)
{
    checkBackground(resolved.values);
    if (!resolved.values.isOn("daemon")) return start(prepare(resolved, executable));

    const auto report = goIntoBackground();
    Prepared prepared;
    try {
        prepared = prepare(resolved, executable, report.get());
        leaveStandardStreams(resolved.values.text("log-file"));
    } catch (const std::exception& error) {
        ::_exit(tell(report.get(), error)); // Standard error is still that of who waits, and says it.
    }
    try {
        return start(std::move(prepared));
    } catch (const std::exception& error) {
        tell(report.get(), error);
        throw;
    }
}

void becomeSupervisor(const Resolved& resolved, const std::vector<std::string>& arguments)
{
    startWhereAsked(resolved, ownExecutable(),
                    [&](Prepared prepared) -> int { becomeSupervisor(std::move(prepared), arguments); });
    ::_exit(exitcode::Software);
}

} // namespace baton::assemble
