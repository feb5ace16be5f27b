// Another Baton takes this process's place: tried out beside us first, then executed, with the same pid and children.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/supervise/Job.h"
#include "client/supervise/Settings.h"
#include "client/supervise/Snapshot.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace baton::supervise {

/// What the next Baton is started with. The words stand in BATON_ROLE, as those of the other roles do.
inline constexpr const char* TryRole = "try-take-over";
inline constexpr const char* TakeOverRole = "take-over";
inline constexpr const char* SnapshotVariable = "BATON_SNAPSHOT"; ///< the descriptor of the printed snapshot
inline constexpr const char* HandedVariable = "BATON_HANDED";     ///< that of the settings
inline constexpr const char* OriginVariable = "BATON_ORIGIN";     ///< that of the executable to go back to
inline constexpr const char* RefusalVariable = "BATON_REFUSAL";   ///< why the next one gave it back
/// What one that was tried out says on stdout before its version, and one that cannot before its reason.
inline constexpr const char* TryFine = "can take over: ";
inline constexpr const char* TryRefused = "cannot take over: ";

/// What became of the last one.
struct SelfUpgradeReport {
    std::string from; ///< the version before; empty: there was none yet
    std::string to;
    std::string executable;
    std::string error;

    friend bool operator==(const SelfUpgradeReport&, const SelfUpgradeReport&) = default;
};

class SelfUpgrade {
public:
    /// `snapshot` says all that is to be handed over, when it is asked.
    SelfUpgrade(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings,
                std::function<Snapshot()> snapshot);

    using Refused = std::function<void(const std::string& why)>;

    /// Begins it: nothing of this process changes before the exec, and if that fails it goes on, and `refused` is
    /// called.
    /// @returns why it cannot begin; else empty
    std::string begin(const std::filesystem::path& executable, Refused refused = {});

    bool isBusy() const { return job_ != nullptr || soon_.due(); }

    /// In the process that has taken over from Baton `from`, or that was given it back, for the reason `refusal`.
    void settle(const std::string& from, const std::string& refusal);

    /// The answer to `upgrade-self`, of what begin() returned.
    static std::string answer(const std::string& whyNot);

    /// The answer to `upgraded`: what became of the last one, or that it goes on. One line of JSON.
    std::string result() const;

private:
    static constexpr Duration LongestTry{10'000};

    void start(const std::filesystem::path& executable);
    void judge(const JobResult& result);
    void execute();
    void fail(const std::string& why);

    loop::EventLoop& loop_;
    Log& log_;
    const SupervisorSettings& settings_;
    std::function<Snapshot()> snapshot_;
    std::filesystem::path executable_;
    Refused refused_;
    std::string version_;
    std::unique_ptr<Job> job_;
    loop::Registration soon_;
    SelfUpgradeReport last_;
};

} // namespace baton::supervise
