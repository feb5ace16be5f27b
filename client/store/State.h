// All that the supervisor must remember, as one value that prints and parses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Cgroup.h"
#include "client/store/History.h"
#include "client/store/Release.h"
#include "client/store/Trust.h"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::store {

/// A release that is never to run again on this machine, known by its bytes.
struct BlockedRelease {
    ReleaseKey key;
    std::string reason;
    std::string time;     ///< RFC 3339, UTC
    std::string papers{}; ///< digest of the statement that was not believed: signed anew, the same bytes may run

    friend bool operator==(const BlockedRelease&, const BlockedRelease&) = default;
};

enum class GenerationRole { Serving, Candidate, Draining };

/// A process that runs a release. Pid, start time and boot id together name a process for good: a pid alone is
/// given to strangers again.
struct GenerationRecord {
    int number = 0;
    GenerationRole role = GenerationRole::Serving;
    ReleaseKey key;
    pid_t pid = 0;
    std::uint64_t startTicks = 0; ///< field 22 of /proc/PID/stat
    std::string bootId;
    std::optional<os::KnownCgroup> cgroup{}; ///< of its own, if it has one: all that it started is in there

    friend bool operator==(const GenerationRecord&, const GenerationRecord&) = default;
};

/// Where the release that is to come stands. Written before each step is acted on.
enum class InstallStep { TryOut, Installed, Started };

struct Install {
    ReleaseKey key;
    InstallStep step = InstallStep::TryOut;
    int tries = 0;           ///< how often its hand-off was begun; it grows only when Baton itself died in between
    bool isRollback = false; ///< a person wants it back: what runs now is blocked with its commit
    std::string memory{};    ///< takes the place of Trust::memory with its commit; empty: it stays
    std::string from{};      ///< of Baton's own: the version that it takes over from
    std::string bootId{};    ///< … and in which run of the machine it does

    friend bool operator==(const Install&, const Install&) = default;
};

/// How often the current release has died soon after its start, in a row.
struct Crashes {
    ReleaseKey key;
    int count = 0;

    friend bool operator==(const Crashes&, const Crashes&) = default;
};

/// Somebody wants no release to take over for a while.
struct Hold {
    std::string until; ///< RFC 3339, UTC; empty: until somebody says `resume`

    friend bool operator==(const Hold&, const Hold&) = default;
};

/// A release that was taken back for the fault of another program of its group: it waits until that one has another.
struct SetBack {
    ReleaseKey key;
    std::string member;

    friend bool operator==(const SetBack&, const SetBack&) = default;
};

/// The file state.json; only the supervisor writes it.
struct State {
    static constexpr int Format = 1;

    std::optional<ReleaseKey> current;  ///< the committed release
    std::optional<ReleaseKey> previous; ///< the one before it, kept on disk to go back to
    std::optional<Install> install;     ///< the release on its way in
    std::vector<BlockedRelease> blocked;
    std::string blockedUpTo; ///< what is newer than the current release, and not newer than this, is blocked, too
    std::vector<GenerationRecord> generations;
    int lastGeneration = 0; ///< the highest number ever given
    std::optional<Hold> hold;
    std::optional<Crashes> crashes;
    std::optional<SetBack> setBack;
    std::string approved; ///< the version that a person approved last; empty: none
    /// The newest line of history.jsonl, saved in one step with what it tells of and then appended there: after a crash
    /// in between the next start appends it.
    std::optional<HistoryLine> outcome;

    std::optional<Trust> trust;

    static constexpr std::size_t MostBlocked = 256;

    /// Whatever is said of them, these bytes are not to run.
    bool isBlocked(const ReleaseKey& key) const;

    /// They were refused with these papers, and will be again.
    bool isRefused(const ReleaseKey& key, const std::string& papers) const;

    /// Once for each key; of papers the newest alone, and no more than 64 in all. Of bytes no more than MostBlocked:
    /// the oldest is forgotten whose version would not be taken anyhow, neither from the current nor from the previous
    /// release; where there is none, the lowest version is folded into blockedUpTo. So no blocked one is ever taken
    /// again for being forgotten.
    void block(const BlockedRelease& release);

    friend bool operator==(const State&, const State&) = default;
};

std::string print(const State& state);

/// @throws std::runtime_error saying what is wrong with the text.
State parseState(const std::string& text);

} // namespace baton::store
