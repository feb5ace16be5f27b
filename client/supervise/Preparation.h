// What happens to a download before anything of it may serve: staged, tried out, renamed into place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/Stopwatch.h"
#include "client/store/Store.h"
#include "client/store/Verdict.h"
#include "client/supervise/Job.h"
#include "client/supervise/Ledger.h"
#include "client/supervise/Settings.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace baton::supervise {

/// One download at a time. Each step is in the ledger before it is acted on; whatever dies in between, begin() again
/// goes on from what lies in the store.
class Preparation {
public:
    /// `installed` is called when the release stands whole in releases/; `settled` when there is none to wait for, with
    /// the reason if it was refused: what became of the download is in the history then.
    Preparation(loop::EventLoop& loop, Log& log, const Settings& settings, const store::Store& store, Ledger& ledger,
                std::function<void(const store::ReleaseKey&)> installed,
                std::function<void(const std::string&)> settled);

    /// Starts the stager, unless it runs already. A stager that dies without a verdict is started again, twice; then
    /// the download is given up as failed.
    void begin();

    /// Ends what runs; the next begin() does it again.
    void cancel();

    /// Whether a release that an earlier Baton has installed may be handed over to. Not one that nobody signed, where a
    /// signature is asked for since: that is forgotten, and has to come once more.
    bool mayGoOn(const store::Install& install);

    /// Whether there is a download at which it works, or will after a pause.
    bool isBusy() const { return job_ != nullptr || again_.due(); }
    bool isTryingOut() const { return step_ == "tryOut"; }
    /// Of stagers that died in a row.
    int stagers() const { return stagers_; }
    /// Goes on where an earlier supervisor was.
    void resume(int stagers);

    /// For `status`: "staging", "tryOut", or empty.
    std::string step() const { return step_; }

private:
    static constexpr Duration LongestStaging{3'600'000};
    static constexpr Duration BeforeNextStager{1'000};
    static constexpr int MostStagers = 3; // for one download

    bool isSettled(const store::ReleaseKey& key) const;
    void judge(const JobResult& result);
    void learn();
    void tryAgain(const std::string& why);
    void takeUp(const store::ReleaseKey& key);
    void tryOut(const store::ReleaseKey& key);
    void clearUp();
    void judgeTryOut(const store::ReleaseKey& key, const std::string& token, const JobResult& result);
    void install(const store::ReleaseKey& key);
    void refuse(const store::Verdict& verdict, Way way = Way::Unsaid);
    os::SpawnOptions tryOutOptions(const store::ReleaseKey& key, const std::string& token) const;

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    const store::Store& store_;
    Ledger& ledger_;
    std::function<void(const store::ReleaseKey&)> installed_;
    std::function<void(const std::string&)> settled_;
    std::unique_ptr<Job> job_;
    store::Learned learned_; // of the download that is being prepared
    Instant begun_;
    os::Stopwatch sinceStaged_;
    std::int64_t writtenBefore_ = 0;
    std::string step_;
    int stagers_ = 0; // that died in a row
    loop::Registration again_;
};

} // namespace baton::supervise
