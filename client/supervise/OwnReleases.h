// Baton's own releases: offered as an app of their own, fetched and staged into a store of their own, and taken over
// by. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/store/Store.h"
#include "client/supervise/AgentProcess.h"
#include "client/supervise/Ledger.h"
#include "client/supervise/Preparation.h"
#include "client/supervise/SelfUpgrade.h"
#include "client/supervise/Settings.h"

#include <memory>
#include <optional>
#include <string>

namespace baton::supervise {

/// The store is `self` in the state directory of the first program, with the same files. A release is committed when
/// its supervisor has lived through a probation after it took over; one that died meanwhile is blocked at the next
/// start, which is that of the installed Baton.
class OwnReleases {
public:
    /// @param settings outlive it, and name Baton's own app
    OwnReleases(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings, SelfUpgrade& upgrade);

    /// At a start of Baton: judges what an earlier one left, and begins to ask for more.
    void start();

    /// In a Baton that has taken over, or that was given it back for the reason `refusal`. `prepares`: an earlier
    /// supervisor was at a download.
    void resume(const std::string& refusal, bool prepares);

    bool prepares() const { return preparation_.isBusy(); }

    /// The server is to be asked now.
    void check();

    /// That hold is the first program's, and Baton's own releases follow it.
    void follow(const std::optional<store::Hold>& hold);

    /// Baton ends because it was told to: its release is not to blame for it.
    void stop();

private:
    static constexpr Duration Busy{1'000}; // before the next look at a take-over, or a disk, that was in the way
    static constexpr int MostTries = 3;    // of a release whose machine went down while it was on probation

    void startAgent();
    void judgeTheDead();
    void watchOurselves();
    bool hasDownload() const;
    bool isOurs(const store::ReleaseKey& key) const;
    bool isOnProbation() const;
    void prepare();
    void heard(const control::AgentNews& news);
    void takeOver(const store::ReleaseKey& key);
    void takeOverLater(const store::ReleaseKey& key);
    void commit();
    void giveUp(const store::ReleaseKey& key, store::Outcome outcome, int code, const std::string& reason,
                Way way = Way::Unsaid);
    void removeOldReleases() const;
    std::string running() const;
    void ring(control::AgentBell bell);

    loop::EventLoop& loop_;
    Log& log_;
    Settings settings_; // of the store, the agent and the stager
    Duration probation_;
    std::filesystem::path executable_;
    SelfUpgrade& upgrade_;
    store::Store store_;
    Ledger ledger_;
    Preparation preparation_;
    std::unique_ptr<AgentProcess> agent_;
    loop::Registration timer_; // until this one is proven
    loop::Registration again_; // a take-over
};

/// The supervisor in a release of Baton: a file of that name, or the only one there; empty if there is none.
std::filesystem::path supervisorIn(const std::filesystem::path& release);

} // namespace baton::supervise
