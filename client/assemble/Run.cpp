#include "client/assemble/Run.h"

#include "client/assemble/Become.h"
#include "client/assemble/CheckCommand.h"
#include "client/assemble/FirstRelease.h"
#include "client/assemble/Network.h"
#include "client/assemble/Places.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/source/Source.h"
#include "client/store/Store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace baton::assemble {
namespace {

/// systemd passes listeners to this very process; the exec keeps its pid.  [sd_listen_fds(3)]
bool inheritsListeners()
{
    const char* pid = std::getenv("LISTEN_PID");
    return pid != nullptr && parseNumber(pid) == static_cast<std::int64_t>(::getpid());
}

void checkTogether(const Resolved& resolved)
{
    const auto& values = resolved.values;
    if (resolved.rest.empty() || resolved.rest.front().empty())
        throw UsageError("there is no PROGRAM; it stands behind --: baton run --server URL --app-id ID -- ./server");
    if (values.has("server") && !values.has("app-id"))
        throw UsageError("--server needs --app-id, by which the server knows the program");
    if (values.has("app-id") && !values.has("server"))
        throw UsageError("--app-id without --server: nothing would be updated; say --server URL, or leave both out");
    if (values.has("initial") && !supervise::namesRelease(resolved.rest))
        throw UsageError(
            "--initial needs {release} in PROGRAM or ARGS; without it PROGRAM itself is the first release");
}

Given givenOf(const Resolved& resolved)
{
    Given given;
    given.version = resolved.values.text("app-version");
    given.tree = supervise::namesRelease(resolved.rest);
    if (given.tree) {
        given.source = resolved.values.text("initial");
        return given;
    }
    const char* path = std::getenv("PATH");
    given.source = lookUp(resolved.rest.front(), path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path);
    return given;
}

Handed handedOf(const Resolved& resolved, const std::string& executable)
{
    Handed handed;
    handed.values = resolved.values;
    handed.command = resolved.rest;
    handed.stateDirectory = stateDirectory(resolved.values, resolved.rest.front());
    handed.controlSocket = controlSocket(resolved.values, handed.stateDirectory);
    handed.executable = executable;
    handed.listens = resolved.values.has("listen") || inheritsListeners();
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

void prepareFirstOf(const store::Store& store, const Given& given, Log& log)
try {
    prepareFirst(store, given, source::isNewer, log);
} catch (const std::system_error& error) {
    throw UsageError(std::string(error.what()) + "; make room there, or choose another --state-dir",
                     exitcode::InputOutput);
}

} // namespace

Prepared prepare(const Resolved& resolved, const std::string& executable)
{
    checkTogether(resolved);
    Prepared prepared;
    prepared.handed = handedOf(resolved, executable);
    settleJitter(prepared.handed.values);
    supervisorSettings(prepared.handed, -1); // Whatever is wrong is said before anything is touched.
    agentSettings(prepared.handed.values, prepared.handed.stateDirectory);
    auto log = makeLog("supervisor", prepared.handed.values);
    checkNetwork(resolved.values, environ, log);
    const auto given = givenOf(resolved);

    const store::Store store(prepared.handed.stateDirectory);
    if (!std::filesystem::exists(store.root())) decideFirst(given, {}, false, source::isNewer); // Or refuses.
    createStore(store);
    prepared.lock = lockOf(store);
    prepared.handed.lock = prepared.lock.get();
    log.info("keeps releases and state in " + store.root().string());
    if (!prepared.handed.values.has("server")) log.warning("no --server was given: nothing will be updated");
    prepareFirstOf(store, given, log);
    prepared.settings = seal(prepared.handed);
    return prepared;
}

void becomeSupervisor(Prepared prepared, const std::vector<std::string>& arguments)
{
    const auto executable = helperExecutable(prepared.handed.executable, "baton-supervisor");
    for (const int fd : {prepared.lock.get(), prepared.settings.get()})
        os::check(::fcntl(fd, F_SETFD, 0), "let the supervisor inherit a descriptor");
    const auto number = std::to_string(prepared.settings.get());
    os::check(::setenv(SettingsVariable, number.c_str(), 1), "set BATON_SETTINGS");
    become(executable, arguments);
}

} // namespace baton::assemble
