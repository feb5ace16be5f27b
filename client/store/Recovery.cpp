#include "client/store/Recovery.h"

#include "client/os/Files.h"

#include <algorithm>
#include <stdexcept>

namespace baton::store {
namespace {

std::optional<ReleaseKey> releaseBehind(const Store& store, const std::string& link)
{
    std::error_code none;
    const auto name = std::filesystem::read_symlink(store.root() / link, none).filename().string();
    for (const auto& release : store.installed())
        if (release.key.directoryName() == name) return release.key;
    return std::nullopt;
}

// Whoever damages state.json must not take the need for signatures away with it. The memory of versions is lost.
void takeTrust(const Store& store, State& state)
{
    const auto installed = store.installed();
    if (std::any_of(installed.begin(), installed.end(), [](const Release& one) { return !one.signers.empty(); }))
        state.trust = Trust();
}

State rebuild(const Store& store)
{
    State state;
    state.current = releaseBehind(store, "current");
    state.previous = releaseBehind(store, "previous");
    for (const auto& line : store.history()) {
        const bool blocks = line.outcome == Outcome::RolledBack || line.outcome == Outcome::Refused;
        if (blocks) state.block({line.key, line.reason, line.time});
    }
    takeTrust(store, state);
    return state;
}

// Whoever removes state.json alone must not begin a new life for this machine.
bool wasUsed(const Store& store) { return releaseBehind(store, "current") || !store.history().empty(); }

State loadOrRebuild(const Store& store, std::vector<std::string>& damage)
{
    std::string why;
    try {
        if (auto state = store.loadState()) return *std::move(state);
        if (!wasUsed(store)) return {};
        damage.push_back(store.stateFile().string() + " is missing, and what else the directory tells takes its place");
        return rebuild(store);
    } catch (const std::system_error&) {
        throw; // It could not be read, which says nothing of what is in it.
    } catch (const std::runtime_error& error) {
        why = error.what();
    }
    const auto aside = store.root() / "state.json.damaged";
    os::renameDurably(store.stateFile(), aside);
    damage.push_back(why + "; it lies in " + aside.string() + ", and what else the directory tells takes its place");
    return rebuild(store);
}

void dropWhatIsNotWhole(const Store& store, State& state, std::vector<std::string>& damage)
{
    const auto isWhole = [&](const std::optional<ReleaseKey>& key) { return key && store.loadRelease(*key); };
    if (!state.current || isWhole(state.current)) return;
    const auto lost = "release " + state.current->version + " is missing or damaged in " + store.releases().string();
    state.current = isWhole(state.previous) ? state.previous : std::nullopt;
    state.previous.reset();
    damage.push_back(state.current ? lost + "; the one before it, " + state.current->version + ", takes its place"
                                   : lost + "; there is none before it");
}

} // namespace

RecoveredState recoverState(const Store& store)
{
    RecoveredState recovered;
    recovered.state = loadOrRebuild(store, recovered.damage);
    dropWhatIsNotWhole(store, recovered.state, recovered.damage);
    if (!recovered.damage.empty()) store.save(recovered.state);
    return recovered;
}

} // namespace baton::store
