#include "tests/store/Reenactment.h"

#include "client/os/Files.h"
#include "client/stage/Stager.h"
#include "client/store/Recovery.h"
#include "client/verify/Sha256.h"
#include "tests/stage/Tar.h"

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace fs = std::filesystem;

namespace baton::testing {

using store::Attempt;
using store::AttemptStage;
using store::Install;
using store::InstallStep;
using store::Outcome;
using store::State;
using store::VerdictKind;

std::string textOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Payload::Payload(std::string of, const std::string& program) : version(std::move(of))
{
    for (int i = 0; i < 3; ++i)
        files["data/" + std::to_string(i)] = version + std::string(700, static_cast<char>('a' + i));
    files["bin/app"] = program + "# " + version + "\n";
    std::vector<stage::TarItem> items;
    for (const auto& [name, text] : files) {
        items.push_back({name, text});
        if (name == "bin/app") items.back().mode = 0755;
    }
    bytes = stage::tar(items);
    key = {version, verify::sha256Of(bytes)};
}

bool Payload::isWholeIn(const fs::path& directory) const
{
    return std::all_of(files.begin(), files.end(),
                       [&](const auto& file) { return textOf(directory / file.first) == file.second; });
}

void Reenactment::start()
{
    store.create();
    damage = recoverState(store).damage;
    ledger.emplace(store, clock_, log);
    ledger->note("start", [](State& state) { state.generations.clear(); });
    store.removeLeftovers();
}

void Reenactment::update(const Payload& payload)
{
    const auto install = ledger->state().install;
    if (ledger->state().current != payload.key) {
        const bool isInstalled = install && install->step != InstallStep::TryOut && store.loadRelease(install->key);
        if (!isInstalled) {
            fetch(payload);
            stageAndInstall(payload);
        }
        const auto& now = ledger->state().install;
        if (now && now->key == payload.key && now->step != InstallStep::TryOut) handOver(payload);
    }
    if (ledger->state().current == payload.key) tidy();
}

void Reenactment::takeBack()
{
    const auto key = *ledger->state().current;
    ledger->note("take back " + key.version, [&](State& state) {
        if (!state.isBlocked(key)) state.blocked.push_back({key, "it died", "2026-01-01T00:00:00Z"});
        state.current = state.previous;
        state.previous.reset();
        ledger->setOutcome(state, key, Outcome::RolledBack, 44, "it died");
    });
    promise_("taken back");
}

void Reenactment::fetch(const Payload& payload) const
{
    if (const auto known = store.loadAttempt(); known && known->stage == AttemptStage::Downloaded) return;
    Attempt attempt;
    attempt.key = payload.key;
    attempt.from = "1.0.0";
    attempt.stage = AttemptStage::Downloading;
    attempt.packages = {
        {"app.tar", static_cast<std::int64_t>(payload.bytes.size()), payload.key.sha256, {"http://x/"}, ""}};
    attempt.sessionId = "s";
    store.save(attempt);
    const auto part = store.downloads() / (payload.key.sha256 + ".part");
    {
        const auto file = os::open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
        const auto half = payload.bytes.size() / 2;
        os::writeAll(file.get(), std::string_view(payload.bytes).substr(0, half), part);
        os::writeAll(file.get(), std::string_view(payload.bytes).substr(half), part);
        os::syncFile(file.get(), part);
    }
    os::renameDurably(part, store.downloads() / payload.key.sha256);
    attempt.stage = AttemptStage::Downloaded;
    store.save(attempt);
    promise_("fetched");
}

void Reenactment::stageAndInstall(const Payload& payload)
{
    const auto found = stage::run(store, {stage::Expected::Tree, {}, {}}, log);
    verdict = found.reason;
    if (found.kind != VerdictKind::Staged) return;
    if (!step("try out", [&](State& state) { state.install = Install{payload.key, InstallStep::TryOut}; })) return;
    store.install(payload.key);
    step("install", [&](State& state) { state.install = Install{payload.key, InstallStep::Installed}; });
}

void Reenactment::handOver(const Payload& payload)
{
    if (!store.loadRelease(payload.key)) return;
    const auto begin = [&](State& state) { state.install = Install{payload.key, InstallStep::Started, 1}; };
    const auto commit = [&](State& state) {
        ledger->setOutcome(state, payload.key, Outcome::Committed, 0, "");
        state.previous = state.current;
        state.current = payload.key;
        state.install.reset();
    };
    if (step("start", begin) && step("commit", commit)) promise_("committed");
}

// What cannot be written down is not done.
bool Reenactment::step(const std::string& name, const std::function<void(State&)>& change)
{
    return ledger->record(name, change);
}

// The agent has read the history; the supervisor needs the oldest release no more.
void Reenactment::tidy()
{
    store.forgetAttempt();
    for (const auto& release : store.installed())
        if (release.key != ledger->state().current && release.key != ledger->state().previous)
            store.removeRelease(release.key);
}

std::vector<std::string> leftovers(const Reenactment& baton)
{
    // Each is replaced when the agent writes that file again, and nobody re-enacts what these are for.
    const std::set<std::string> ofTheAgent{".outbox.json.tmp", ".schedule.json.tmp"};
    std::vector<std::string> names;
    for (const auto& directory : {baton.store.root(), baton.store.releases(), baton.store.downloads()})
        for (const auto& entry : fs::directory_iterator(directory))
            if (const auto name = entry.path().filename().string(); name.starts_with('.') && !ofTheAgent.count(name))
                names.push_back(name);
    return names;
}

} // namespace baton::testing
