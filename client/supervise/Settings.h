// What the supervisor is told at its start: read once by `baton run`, never from the network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/ListenAddress.h"
#include "client/supervise/SignalPlan.h"

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise {

/// Overlap: the candidate starts on the same sockets while the old one serves. Restart: never more than one.
enum class Handoff { Overlap, Restart };

enum class ReadyKind {
    Notify, ///< READY=1 on NOTIFY_SOCKET
    Tcp,    ///< a connection to `target` is taken
    Http,   ///< GET `target` is answered as it wants
    Probe,  ///< GET `target`, a path, on the generation's probe listener likewise
    Exec,   ///< `target`, run by /bin/sh with BATON_GENERATION and BATON_PROBE, exits 0
    Delay   ///< it lives for `delay`
};

struct Readiness {
    ReadyKind kind = ReadyKind::Notify;
    std::string target; ///< Tcp: HOST:PORT; Http, Probe: the URL or the path, and a blank and the status where not any
                        ///< of 2xx and 3xx will do; Exec: the command
    Duration delay{0};
};

enum class HealthKind {
    None,
    Http, ///< GET `target`, a path, on the generation's probe listener is answered as it wants, likewise
    Exec  ///< `target`, run by /bin/sh with BATON_GENERATION and BATON_PROBE, exits 0
};

/// What a generation on probation is asked.
struct Health {
    HealthKind kind = HealthKind::None;
    std::string target;
    Duration interval{300}; ///< between two questions, and how long an answer may take
    int failures = 2;       ///< in a row that take a release back
};

/// Whom a signal is for that Baton passes on or sends.
enum class SignalTo { Process, Group };

/// What becomes of a program that ends by itself while it serves.
enum class Restart {
    Never,    ///< Baton ends with its code
    OnFailure ///< it is started again, unless its exit code is 0
};

enum class TryOutKind { None, Token, Arguments };

struct TryOut {
    TryOutKind kind = TryOutKind::None;
    std::vector<std::string> arguments; ///< Arguments: the program must exit 0 with these
    Duration limit{10'000};
    std::int64_t memoryBytes = 0; ///< it may take so much for itself; 0: as much as there is
    bool hasNetwork = true;
};

/// How another process of Baton is started: an absolute path, its arguments, and what its environment holds on top of
/// the short list that every role gets (PATH, LANG, TZ). The agent's end of the bell is named in BATON_CHANNEL, and
/// where it asks for files in BATON_FILES.
struct RoleCommand {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;       ///< NAME=VALUE
    std::vector<std::filesystem::path> files{}; ///< that are opened for it whenever it asks
};

/// Baton's own releases, where a server offers some.
struct OwnApp {
    RoleCommand agent;
    RoleCommand stager;
    Duration probation{20'000};   ///< how long one must live after it has taken over
    bool needsSignatures = false; ///< it must be signed
};

/// The name of their store in the state directory.
inline constexpr const char* OwnStore = "self";

/// Of one program.
struct Settings {
    std::string name;            ///< among several; empty: the only one
    int number = 0;              ///< among all, from 0 on
    bool essential = true;       ///< when it has ended for good, all end
    std::string group;           ///< it hands over with all programs of that name, or not at all; empty: with none
    Duration groupWait{600'000}; ///< for members whose servers do not answer
    std::filesystem::path stateDirectory;
    std::vector<std::string> command; ///< PROGRAM ARGS as typed; {release} in them stands for the release's directory
    std::vector<os::ListenAddress> listeners;
    std::string probeListener; ///< name of a private unix listener for each generation; empty: none
    Readiness readiness;
    Health health;
    Duration watchdog{0}; ///< how often a program must say that it is alive, once it is ready; 0: nobody watches
    Duration readyTimeout{60'000};
    Duration drainTimeout{30'000};
    Duration probation{10'000};
    Duration probationAlone{10'000};
    Handoff handoff = Handoff::Overlap;
    int drainSignal = SIGTERM;
    SignalTo signalTo = SignalTo::Process;
    int keepReleases = 0; ///< older ones than the current and the previous one
    int mostDraining = 4; ///< generations at a time; of more the oldest is killed
    Restart restart = Restart::Never;
    TryOut tryOut;
    bool needsSignatures = false; ///< a release must be signed
    std::size_t keys = 0;         ///< that a signature may be of
    RoleCommand agent;            ///< no arguments: no agent, nothing is updated
    RoleCommand stager;
    RoleCommand reader; ///< reads the configuration file again
    /// What the other roles read their settings from: each gets a duplicate, named in BATON_SETTINGS.
    int settingsFd = -1;
    std::filesystem::path supervisor; ///< the executable of this very supervisor
    RoleCommand prober;               ///< its questions follow as arguments, see client/assemble/Probe.h
};

/// Of the whole Baton.
struct SupervisorSettings {
    std::filesystem::path stateDirectory; ///< the only program's too; of several, what they have together
    std::filesystem::path controlSocket;
    std::vector<Settings> programs;  ///< by their numbers
    std::vector<SignalRule> signals; ///< those that the user has other wishes for
    int reportFd = -1;               ///< where somebody waits for the first releases to serve; -1: nobody does
    std::optional<OwnApp> ownApp;
    std::filesystem::path metrics;           ///< the file that tells of them in numbers; empty: none does
    std::optional<HostPort> exporterAddress; ///< where that file is asked for by HTTP
    RoleCommand exporter;                    ///< who answers there
    std::filesystem::path executable;        ///< of this very supervisor, as it was started
    bool isOneExecutable = false;            ///< the program, the supervisor and all the roles are one file
    int settingsFd = -1;                     ///< what another Baton and the other roles read their settings from
};

/// Whether PROGRAM or ARGS name {release}: then releases are trees, else one executable file that takes PROGRAM's
/// place.
bool namesRelease(const std::vector<std::string>& command);

} // namespace baton::supervise
