#include "client/assemble/OwnStart.h"

#include "client/core/Failure.h"
#include "client/core/ProductVersion.h"
#include "client/core/Timestamp.h"
#include "client/os/SystemClock.h"
#include "client/store/Recovery.h"
#include "client/supervise/OwnReleases.h"

#include <exception>
#include <utility>

namespace baton::assemble {
namespace {

void block(store::State& state, const store::ReleaseKey& key, const std::string& why, const std::string& now)
{
    state.block({key, why, now});
    state.outcome = store::HistoryLine{
        now, key.version, key, store::Outcome::RolledBack, code::RolledBack, why, static_cast<int>(Way::CrashLoop)};
    state.current = std::exchange(state.previous, std::nullopt);
    state.crashes.reset();
}

} // namespace

OwnStart decideOwnStart(store::State state, const std::string& installed, const std::string& now,
                        const IsNewer& isNewer)
{
    OwnStart start;
    if (state.current && state.crashes && state.crashes->key == *state.current &&
        state.crashes->count >= MostShortStarts) {
        start.why = "it did not last a minute in " + std::to_string(state.crashes->count) + " starts in a row";
        block(state, store::ReleaseKey(*state.current), start.why, now);
    }
    if (state.current && (!isNewer(state.current->version, installed) || state.isBlocked(*state.current)))
        state.current.reset(); // Somebody has installed a newer one, or there is no good one.
    if (state.current) {
        const int before = state.crashes && state.crashes->key == *state.current ? state.crashes->count : 0;
        state.crashes = store::Crashes{*state.current, before + 1};
        start.release = state.current;
    }
    start.state = std::move(state);
    return start;
}

std::filesystem::path ownSupervisorToStart(const store::Store& store, const IsNewer& isNewer, Log& log)
try {
    if (!std::filesystem::exists(store.stateFile())) return {};
    const auto [state, damage] = store::recoverState(store);
    for (const auto& sentence : damage) log.error("of Baton's own releases: " + sentence);
    const auto now = printTimestamp(os::SystemClock().wall());
    const auto start = decideOwnStart(state, std::string(productVersion()), now, isNewer);
    if (start.state != state) store.save(start.state); // Before it is started: what cannot be counted is not started.
    if (!start.why.empty())
        log.error("Baton " + state.current->version + " is taken back: " + start.why +
                  "; it is blocked and never tried again");
    if (!start.release) return {};
    auto supervisor = supervise::supervisorIn(store.releaseDirectory(*start.release));
    if (supervisor.empty())
        log.error("Baton " + start.release->version + " is damaged in " + store.releases().string());
    else
        log.info("Baton " + start.release->version + " is started, which is newer than this one, " +
                 std::string(productVersion()));
    return supervisor;
} catch (const std::exception& error) {
    log.error(std::string("Baton's own releases cannot be looked at, the installed one starts: ") + error.what());
    return {};
}

} // namespace baton::assemble
