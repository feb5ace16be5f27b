// All that a supervisor knows and its disk does not, as one value: what the next one takes over from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/Process.h"
#include "client/supervise/GroupPlan.h"
#include "client/supervise/StateTable.h"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace baton::supervise {

/// Descriptors stand in it by their numbers, which an exec keeps. Moments are those of CLOCK_MONOTONIC.
struct KeptPathState {
    std::string path;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    unsigned mode = 0;
    std::string whyNotKept;
    bool removes = false;

    friend bool operator==(const KeptPathState&, const KeptPathState&) = default;
};

/// What the guard knows of a listener; the socket itself says the rest.
struct CareState {
    int backlog = 0;
    bool mayBlock = false;
    bool lost = false;
    bool removed = false;
    std::optional<KeptPathState> path;

    friend bool operator==(const CareState&, const CareState&) = default;
};

struct ListenerState {
    std::string name;
    int socket = -1;
    std::string address; ///< NAME=ADDR; empty: systemd's
    bool listens = true;
    bool borrowed = false;
    std::optional<CareState> care;

    friend bool operator==(const ListenerState&, const ListenerState&) = default;
};

/// A process that was named by MAINPID=.
struct HeirState {
    pid_t pid = 0;
    int pidfd = -1;
    bool lives = true;
    std::optional<os::ExitStatus> status;

    friend bool operator==(const HeirState&, const HeirState&) = default;
};

struct ChannelState {
    int socket = -1;
    bool isOpen = true; ///< the program has its end still
    bool obeys = false;
    bool takes = false;
    std::optional<std::int64_t> connections;

    friend bool operator==(const ChannelState&, const ChannelState&) = default;
};

struct AccountState {
    std::string status;
    std::string notified;
    std::string cause;
    std::optional<int> error;

    friend bool operator==(const AccountState&, const AccountState&) = default;
};

struct ProgramWatchdogState {
    Duration interval{0};
    bool runs = false;
    std::optional<Instant> due;

    friend bool operator==(const ProgramWatchdogState&, const ProgramWatchdogState&) = default;
};

struct GenerationState {
    int number = 0;
    std::string release; ///< as its release file has it: the disk may have lost it meanwhile
    std::string executable;
    std::vector<int> listeners; ///< by their places in the program's list
    int notifySocket = -1;
    ChannelState channel;
    pid_t pid = 0; ///< of the process that was started
    int pidfd = -1;
    std::optional<HeirState> heir;
    Instant started;
    Instant drainedSince;
    bool saidReady = false;
    bool ready = false;
    bool standsBy = false;
    std::optional<Instant> delay;      ///< when it counts as ready, with --ready delay:…
    std::optional<int> healthFailures; ///< it is asked for its health; so many failures in a row
    AccountState account;
    ProgramWatchdogState watchdog;
    std::optional<Instant> killedAt;       ///< it was told to end
    bool killed = false;                   ///< by us
    std::optional<std::uint64_t> oomKills; ///< before it began
    std::optional<Instant> drainsUntil;    ///< it asked for so much while it stood by
    bool owesTerm = false;                 ///< it was told to drain, and not by SIGTERM

    friend bool operator==(const GenerationState&, const GenerationState&) = default;
};

struct StoredState {
    std::string name;
    int descriptor = -1;
    int storedBy = 0;
    bool polls = true;
    std::set<int> holders;
    std::optional<std::set<int>> users;

    friend bool operator==(const StoredState&, const StoredState&) = default;
};

/// A generation of a Baton that was killed before; its pid is in the ledger.
struct OrphanState {
    int number = 0;
    std::optional<Instant> killedAt;

    friend bool operator==(const OrphanState&, const OrphanState&) = default;
};

/// What is to be tried after a pause.
enum class Again { Nothing, Offer, Start };

/// A signal on its way to the program.
struct HeldSignalState {
    int number = 0;
    std::optional<std::uint64_t> value;
    bool toGroup = false;

    friend bool operator==(const HeldSignalState&, const HeldSignalState&) = default;
};

/// Since when nobody accepts, and how long that was the last time.
struct AcceptGapState {
    bool accepted = false;
    std::optional<Instant> since;
    std::optional<Duration> last;

    friend bool operator==(const AcceptGapState&, const AcceptGapState&) = default;
};

struct HandoverState {
    Phase phase = Phase::Empty;
    std::optional<Instant> deadline;
    std::optional<GenerationState> serving;
    std::optional<GenerationState> candidate;
    std::optional<GenerationState> standingBy;
    std::vector<GenerationState> draining;
    std::string candidateKey; ///< "VERSION SHA256"; empty: none
    std::string pending;
    bool pendingIsRollback = false;
    bool candidateIsRollback = false;
    std::string failure;
    int failureWay = 0; ///< a baton::Way
    bool faultIsOurs = false;
    std::string faultOf;
    std::optional<Phase> passed;
    AcceptGapState gap;
    bool isDecided = false;
    bool wasReady = false;
    Instant started;
    int switchingNumber = 0;
    int previousTries = 1;
    int stopSignal = 0;
    int exitCode = 0;
    int leaderNumber = 0;
    bool watchesQueues = false;
    std::optional<Instant> queuesEnd;
    Again again = Again::Nothing;
    std::optional<Instant> againAt;
    std::vector<StoredState> stored;
    std::vector<HeldSignalState> held;
    pid_t foreground = 0;     ///< the process group that has the terminal by our gift; 0: none
    std::vector<int> leaving; ///< first processes of generations that have ended, and whose cgroups are not empty yet

    friend bool operator==(const HandoverState&, const HandoverState&) = default;
};

struct ProgramState {
    std::string name;   ///< among several; empty: the only one
    bool waits = false; ///< for the orphans of a Baton that was killed, before anything of it starts
    std::string ledger; ///< as state.json has it, or would have it if the disk took it
    std::string news;   ///< the part of the status that the agent told
    std::vector<ListenerState> listeners;
    std::vector<int> passed; ///< which of them the next generation gets, in order
    std::vector<OrphanState> orphans;
    HandoverState handover;
    std::vector<std::string> reloadChanged; ///< the answer to `reloaded`
    std::vector<std::string> reloadRefused;
    std::string reloadError;
    bool reloads = false;
    bool prepares = false;       ///< a download is being staged or tried out, or will be after a pause
    int stagers = 0;             ///< that died at it in a row
    std::optional<int> exitCode; ///< it is over
    // Of a member of a group.
    std::string offered; ///< as candidateKey
    std::optional<Stand> answered;
    bool begun = false;
    bool goesBack = false;
    bool isSetBack = false;
    std::optional<std::vector<std::string>> wanted; ///< NAME=ADDR of each listener; nothing: as it was started

    friend bool operator==(const ProgramState&, const ProgramState&) = default;
};

/// A member of a group; its way is that of its settings.
struct GroupMemberState {
    Stand stand = Stand::Nothing;
    Progress progress = Progress::Out;
    bool asked = false;
    std::string why; ///< it failed

    friend bool operator==(const GroupMemberState&, const GroupMemberState&) = default;
};

struct GroupSnapshot {
    std::string name;
    GroupPhase phase = GroupPhase::Gathering;
    bool waitIsOver = false;
    std::optional<int> failing;
    std::optional<Instant> waitsUntil;
    std::vector<GroupMemberState> members; ///< by their places

    friend bool operator==(const GroupSnapshot&, const GroupSnapshot&) = default;
};

/// What was said to whoever runs Baton, and of which programs.
struct ServiceManagerState {
    bool saidReady = false;
    std::set<int> ready;
    std::set<int> ended;
    std::set<int> stopping;
    std::vector<std::string> texts;

    friend bool operator==(const ServiceManagerState&, const ServiceManagerState&) = default;
};

/// A client of the control socket that has not said its whole line.
struct ControlClientState {
    int socket = -1;
    std::string line;
    std::optional<Instant> deadline;

    friend bool operator==(const ControlClientState&, const ControlClientState&) = default;
};

/// Where metrics are asked for; its process is one of the helpers.
struct ExporterState {
    int socket = -1;

    friend bool operator==(const ExporterState&, const ExporterState&) = default;
};

struct Snapshot {
    /// What this Baton writes. It reads that, the one before, and the one after, of which it passes over what it does
    /// not know: so a Baton can be taken back.
    static constexpr int Format = 2;

    std::string version;    ///< of the Baton that wrote it
    std::vector<int> locks; ///< of the state directories
    int control = -1;
    std::vector<ControlClientState> clients;
    std::vector<pid_t> helpers; ///< agent, stager, questions: to be ended, and started anew
    ServiceManagerState manager;
    bool stops = false; ///< Baton was told to end
    int exitCode = 0;
    bool ownReleasePrepares = false; ///< a release of Baton itself is being staged
    std::vector<ProgramState> programs;
    std::vector<GroupSnapshot> groups;
    std::optional<ExporterState> exporter;

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

/// JSON.
std::string print(const Snapshot& snapshot);

/// @throws std::runtime_error naming what is wrong, or that the format is too old or too new.
Snapshot parseSnapshot(const std::string& text);

/// The same as a Baton does it that writes `format`: what came later it neither writes nor knows.
std::string printAs(int format, const Snapshot& snapshot);
Snapshot parseSnapshotAs(int format, const std::string& text);

/// Every descriptor that it names, each once, in ascending order.
std::vector<int> descriptorsOf(const Snapshot& snapshot);

} // namespace baton::supervise
