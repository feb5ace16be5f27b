#include "client/supervise/OwnReleases.h"

#include "client/core/Failure.h"
#include "client/core/ProductVersion.h"
#include "client/core/Timestamp.h"
#include "client/os/ProcessTable.h"
#include "client/supervise/CrashLoop.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

namespace fs = std::filesystem;

store::Store created(const fs::path& root)
{
    store::Store store(root);
    store.create();
    return store;
}

Settings settingsOf(const SupervisorSettings& settings)
{
    Settings own;
    own.stateDirectory = settings.stateDirectory / OwnStore;
    own.command = {"{release}"};
    own.agent = settings.ownApp->agent;
    own.stager = settings.ownApp->stager;
    own.settingsFd = settings.settingsFd;
    own.needsSignatures = settings.ownApp->needsSignatures;
    return own;
}

bool isExecutable(const fs::directory_entry& entry)
{
    return entry.is_regular_file() && !entry.is_symlink() && ::access(entry.path().c_str(), X_OK) == 0;
}

} // namespace

fs::path supervisorIn(const fs::path& release)
{
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(release, none)) {
        if (!isExecutable(entry)) continue;
        if (entry.path().filename() == "baton-supervisor") return entry.path();
        files.push_back(entry.path());
    }
    return files.size() == 1 ? files.front() : fs::path();
}

OwnReleases::OwnReleases(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings, SelfUpgrade& upgrade)
    : loop_(loop),
      log_(log),
      settings_(settingsOf(settings)),
      probation_(settings.ownApp->probation),
      executable_(settings.executable),
      upgrade_(upgrade),
      store_(created(settings_.stateDirectory)),
      ledger_(store_, loop.clock(), log),
      preparation_(
          loop, log, settings_, store_, ledger_, [this](const store::ReleaseKey& key) { takeOver(key); },
          [this](const std::string&) { ring(control::AgentBell::Changed); })
{
}

bool OwnReleases::isOurs(const store::ReleaseKey& key) const
{
    return executable_.string().starts_with(store_.releaseDirectory(key).string() + '/');
}

bool OwnReleases::isOnProbation() const
{
    const auto& install = ledger_.state().install;
    return install && install->step == store::InstallStep::Started && isOurs(install->key);
}

// One after the other: what is on probation is proven first, and commit() comes back here.
void OwnReleases::prepare()
{
    if (!isOnProbation() && hasDownload()) preparation_.begin();
}

void OwnReleases::start()
{
    store_.removeLeftovers();
    judgeTheDead();
    watchOurselves();
    startAgent();
    const auto install = ledger_.state().install;
    if (install && preparation_.mayGoOn(*install)) return takeOver(install->key);
    prepare();
}

// Of one that is blocked the agent hears, and forgets it.
bool OwnReleases::hasDownload() const
try {
    const auto attempt = store_.loadAttempt();
    return attempt && !ledger_.state().isBlocked(attempt->key);
} catch (const std::exception&) {
    return false; // Damaged: its writer, the agent, will see.
}

// A release that had taken over and was not committed yet: did it die, or the machine?
void OwnReleases::judgeTheDead()
{
    const auto install = ledger_.state().install;
    if (!install || install->step != store::InstallStep::Started) return;
    const bool sameBoot = install->bootId == os::bootId();
    if (sameBoot || install->tries >= MostTries)
        return giveUp(install->key, store::Outcome::RolledBack, code::RolledBack,
                      sameBoot ? "it died on probation, after it had taken over" : "the machine went down with it",
                      Way::EndedOnProbation);
    ledger_.note("a restart of the machine",
                 [](store::State& state) { state.install->step = store::InstallStep::Installed; });
}

void OwnReleases::resume(const std::string& refusal, bool prepares)
{
    const auto install = ledger_.state().install;
    if (install && install->step == store::InstallStep::Started && !isOurs(install->key))
        giveUp(install->key, store::Outcome::Refused, code::CandidateFailed,
               refusal.empty() ? "another Baton has taken over" : refusal,
               refusal.empty() ? Way::TakenBack : Way::TryOut);
    watchOurselves();
    startAgent();
    const auto& now = ledger_.state().install; // It waited while a person had another one tried.
    if (now && now->step == store::InstallStep::Installed && store_.loadRelease(now->key)) return takeOver(now->key);
    if (prepares) prepare();
}

// From here on we are the one that is tried, or the one that has proven itself; or a person has chosen another.
void OwnReleases::watchOurselves()
{
    const auto& state = ledger_.state();
    if (isOnProbation()) {
        timer_ = loop_.after(probation_, [this] { commit(); });
    } else if (state.current && isOurs(*state.current)) {
        timer_ = loop_.after(LongEnough, [this] {
            if (ledger_.state().crashes)
                ledger_.note("a start that lasted", [](store::State& now) { now.crashes.reset(); });
        });
    } else if (state.current) {
        ledger_.note("another Baton runs", [](store::State& now) { now.current.reset(); });
    }
}

void OwnReleases::startAgent()
{
    agent_ =
        std::make_unique<AgentProcess>(loop_, log_, settings_, [this](const control::AgentNews& news) { heard(news); });
}

void OwnReleases::heard(const control::AgentNews& news)
{
    using Kind = control::AgentNews::Kind;
    if (news.kind == Kind::Downloaded) prepare();
    if (news.kind == Kind::Failed) giveUp({news.version, news.sha256}, store::Outcome::Failed, news.code, news.detail);
}

void OwnReleases::takeOver(const store::ReleaseKey& key)
{
    if (upgrade_.isBusy()) return takeOverLater(key);
    const auto supervisor = supervisorIn(store_.releaseDirectory(key));
    if (supervisor.empty())
        return giveUp(key, store::Outcome::Refused, code::CopyFailed, "it holds no baton-supervisor");
    const bool recorded = ledger_.record("take over by Baton " + key.version, [&](store::State& state) {
        const int tries = state.install && state.install->key == key ? state.install->tries : 0;
        const auto memory = state.install && state.install->key == key ? state.install->memory : std::string();
        state.install =
            store::Install{key, store::InstallStep::Started, tries + 1, false, memory, running(), os::bootId()};
    });
    if (!recorded) return takeOverLater(key);
    const auto why = upgrade_.begin(supervisor, [this, key](const std::string& refusal) {
        giveUp(key, store::Outcome::Refused, code::CandidateFailed, refusal, Way::TryOut);
    });
    if (!why.empty()) giveUp(key, store::Outcome::Failed, code::Unexplained, why);
}

// Unless a newer one has taken its place meanwhile.
void OwnReleases::takeOverLater(const store::ReleaseKey& key)
{
    again_ = loop_.after(Busy, [this, key] {
        const auto& install = ledger_.state().install;
        if (install && install->key == key) takeOver(key);
    });
}

// What the server was told last.
std::string OwnReleases::running() const
{
    const auto& current = ledger_.state().current;
    return current ? current->version : std::string(productVersion());
}

void OwnReleases::commit()
{
    const auto key = ledger_.state().install->key;
    const bool recorded = ledger_.record("commit Baton " + key.version, [&](store::State& state) {
        state.outcome = store::HistoryLine{
            printTimestamp(loop_.clock().wall()), state.install->from, key, store::Outcome::Committed, 0, ""};
        if (state.current != key) state.previous = state.current;
        state.current = key;
        if (state.trust && !state.install->memory.empty()) state.trust->memory = state.install->memory;
        state.install.reset();
        state.crashes.reset();
    });
    if (!recorded) {
        timer_ = loop_.after(Busy, [this] { commit(); });
        return;
    }
    log_.info("Baton " + key.version + " committed");
    removeOldReleases();
    ring(control::AgentBell::Changed);
    prepare();
}

void OwnReleases::giveUp(const store::ReleaseKey& key, store::Outcome outcome, int code, const std::string& reason,
                         Way way)
{
    const bool forGood = outcome != store::Outcome::Failed;
    log_.error("Baton " + key.version + " does not take over: " + reason +
               (forGood ? "; it is blocked and never tried again" : "; it will be tried again"));
    ledger_.note("give up Baton " + key.version, [&](store::State& state) {
        const auto from = state.install && !state.install->from.empty() ? state.install->from : running();
        state.outcome = store::HistoryLine{
            printTimestamp(loop_.clock().wall()), from, key, outcome, code, reason, static_cast<int>(way)};
        if (forGood) state.block({key, reason, printTimestamp(loop_.clock().wall())});
        state.install.reset();
    });
    if (forGood) removeOldReleases();
    ring(control::AgentBell::Changed);
}

void OwnReleases::removeOldReleases() const
try {
    const auto& state = ledger_.state();
    for (const auto& release : store_.installed()) {
        const auto& key = release.key;
        const bool isUsed = state.current == key || state.previous == key ||
                            (state.install && state.install->key == key) || isOurs(key);
        if (!isUsed) store_.removeRelease(key);
    }
} catch (const std::exception& e) {
    log_.warning(std::string("an old release of Baton could not be removed: ") + e.what());
}

void OwnReleases::check()
{
    if (agent_) agent_->check();
}

void OwnReleases::ring(control::AgentBell bell)
{
    if (agent_) agent_->ring(bell);
}

void OwnReleases::follow(const std::optional<store::Hold>& hold)
{
    if (ledger_.state().hold == hold) return;
    ledger_.note("a hold", [&](store::State& state) { state.hold = hold; });
    ring(control::AgentBell::Changed);
}

void OwnReleases::stop()
{
    agent_.reset();
    preparation_.cancel();
    again_.reset();
    const auto& install = ledger_.state().install;
    const bool onProbation = install && install->step == store::InstallStep::Started;
    if (!onProbation && !ledger_.state().crashes) return;
    ledger_.note("stop", [&](store::State& state) { // Told to end, not killed.
        state.crashes.reset();
        if (!onProbation) return;
        state.install->step = store::InstallStep::Installed;
        --state.install->tries;
    });
}

} // namespace baton::supervise
