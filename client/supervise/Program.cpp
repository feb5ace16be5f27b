#include "client/supervise/Program.h"

#include "client/core/Timestamp.h"
#include "client/os/Files.h"
#include "client/os/Listening.h"
#include "client/supervise/CannotStart.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

constexpr int Unavailable = 69; // EX_UNAVAILABLE

void openMissing(ListenerSet& listeners, const std::vector<os::ListenAddress>& wanted)
try {
    listeners.openMissing(wanted);
} catch (const std::system_error& error) {
    const bool isTaken = error.code() == std::errc::address_in_use;
    throw CannotStart(std::string(error.what()) + (isTaken
                                                       ? "; end who has it (ss -lp says who), or say another --listen"
                                                       : "; check --listen"),
                      Unavailable);
}

} // namespace

Program::Program(const ProgramWorld& world, const Settings& settings, ListenerSet inherited,
                 std::vector<os::ListenAddress> wanted)
    : world_(world),
      settings_(settings),
      log_(world.log, settings.name),
      store_(settings.stateDirectory),
      ledger_(store_, world.clock, log_),
      orphans_(world.loop, log_, ledger_.state().generations, [this](int generation) { forgetOrphan(generation); }),
      wanted_(std::move(wanted)),
      listeners_(std::move(inherited)),
      guard_(
          world.loop, log_, listeners_, [this](const std::string& what) { handover_.accuse(what); },
          [this] { handover_.renew(); }),
      reload_(world.loop, log_, settings_, {listeners_, guard_, wanted_, [this] { return allListeners(); }}),
      handover_(world.loop, log_, settings_, store_, listeners_, ledger_, orphans_, world.manager, *this),
      preparation_(
          world.loop, log_, settings_, store_, ledger_, [this](const store::ReleaseKey& key) { installed(key); },
          [this](const std::string& why) { refused(why); }),
      steering_(ledger_, world.clock, log_, [this] { steered(); })
{
    ledger_.note("start", [this](store::State& state) {
        std::erase_if(state.generations, [this](const auto& record) { return !orphans_.has(record.number); });
    });
    store_.removeLeftovers();
}

void Program::start()
{
    orphans_.borrowListeners(wanted_, listeners_);
    waits_ = !orphans_.empty() && mustWaitForOrphans();
    if (!waits_) {
        if (!orphans_.empty()) log_.info("it serves until the next one is ready, on the same sockets");
        return open();
    }
    log_.warning(
        "it cannot serve beside the next one: it is drained first, and nobody answers until that one is ready");
    orphans_.end(settings_.drainSignal, settings_.drainTimeout);
}

// Who cannot share, or has nothing to share; else both serve until the new one is ready.
bool Program::mustWaitForOrphans() const
{
    const bool all =
        std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& address) { return listeners_.has(address.name); });
    return !all || wanted_.empty() || settings_.handoff == Handoff::Restart;
}

void Program::open()
try {
    warnOfOtherGroups();
    openMissing(listeners_, wanted_);
    warnOfShorterQueues();
    if (!listeners_.empty()) log_.info("listening on " + listeners_.describe());
    guard_.beforeStart(0);
    handover_.start();
    if (exitCode_) return;
    startAgent();
    resumeInstall();
} catch (const CannotStart& error) {
    exitCode_ = error.exitCode();
    world_.watcher.cannotStart(number(), error);
}

void Program::startAgent()
{
    agent_ = std::make_unique<AgentProcess>(world_.loop, log_, settings_,
                                            [this](const control::AgentNews& news) { heard(news); });
}

void Program::warnOfShorterQueues()
{
    const int most = os::mostWaiting();
    for (const auto& address : wanted_)
        if (address.backlog > most)
            log_.warning(address.name + " is to have a backlog of " + std::to_string(address.backlog) +
                         ", and this machine gives it " + std::to_string(most) + ": raise net.core.somaxconn");
}

void Program::warnOfOtherGroups()
{
    for (const auto& address : wanted_) {
        const auto held = listeners_.count(address.name);
        const auto wanted = static_cast<std::size_t>(address.sockets);
        const auto found = std::find_if(listeners_.all().begin(), listeners_.all().end(),
                                        [&](const auto& listener) { return listener->name == address.name; });
        if (held != 0 && held != wanted && (*found)->borrowed)
            log_.warning(address.name + " is asked for with " + std::to_string(wanted) + " sockets and keeps its " +
                         std::to_string(held) + ": a group does not change while a release has it");
    }
}

void Program::forgetOrphan(int generation)
{
    ledger_.note("the end of generation " + std::to_string(generation), [generation](store::State& state) {
        std::erase_if(state.generations, [generation](const auto& record) { return record.number == generation; });
    });
    if (orphans_.empty() && std::exchange(waits_, false)) open();
}

void Program::letGo()
{
    agent_.reset();
    reload_.cancel();
    preparation_.cancel();
    std::vector<SharedListener> kept;
    for (const auto& listener : listeners_.all()) {
        if (listener->address) {
            guard_.letGo(*listener);
            continue;
        }
        listener->care.reset(); // The next one has its own.
        kept.push_back(listener);
    }
    listeners_.become(std::move(kept));
}

void Program::stop(const Passed& passed)
{
    waits_ = false;
    preparation_.cancel();
    handover_.stop(passed);
}

void Program::resumeInstall()
{
    const auto install = ledger_.state().install;
    if (install && preparation_.mayGoOn(*install)) {
        log_.info(install->key.version + " is installed already; its hand-over goes on");
        return installed(install->key);
    }
    if (std::filesystem::exists(store_.attemptFile())) preparation_.begin();
}

void Program::ledgerChanged()
{
    if (agent_) agent_->ring(control::AgentBell::Changed);
}

void Program::finished(int exitCode)
{
    if (exitCode_) return;
    exitCode_ = exitCode;
    if (offered_) cameToNothing("it has ended for good");
    settleIfBack();
    world_.watcher.ended(number(), exitCode);
}

void Program::heard(const control::AgentNews& news)
{
    using Kind = control::AgentNews::Kind;
    const bool hadAttempt = news_.attempt.has_value();
    const auto time = [&] { return printTimestamp(WallTime(std::chrono::seconds(news.time))); };
    switch (news.kind) {
    case Kind::Downloaded:
        if (handover_.phase() != Phase::Stopping) preparation_.begin();
        break;
    case Kind::Progress:
        news_.attempt = {news.version, news.word, news.bytes, news.size};
        news_.waiting.reset();
        break;
    case Kind::Idle:
        news_.attempt.reset();
        news_.waiting.reset();
        break;
    case Kind::Waits: news_.waiting = {news.detail, news.time == 0 ? std::string() : time()}; break;
    case Kind::Offered: news_.offered = {news.version, news.detail}; break;
    case Kind::Checked:
        // What still waits, or is put off, is told right after.
        news_.waiting.reset();
        if (news.word != "failed") news_.offered.reset();
        news_.lastCheck = time();
        news_.lastCheckResult = news.word + (news.detail.empty() ? "" : ": " + news.detail);
        break;
    case Kind::Next:
        news_.nextCheck = time();
        news_.nextCheckReason = news.detail;
        break;
    case Kind::Untold:
        news_.untold.reset();
        if (news.events > 0 || news.lost > 0) news_.untold = {news.events, news.lost};
        break;
    case Kind::Failed: giveUp(news); break;
    }
    if (!settings_.group.empty()) heardForGroup(news, hadAttempt);
}

void Program::giveUp(const control::AgentNews& news)
{
    const store::ReleaseKey key{news.version, news.sha256};
    // Told again after a crash of the agent: one line an attempt.
    const auto lines = store_.history();
    if (!lines.empty() && lines.back().key == key && lines.back().outcome == store::Outcome::Failed &&
        lines.back().reason == news.detail)
        return ledgerChanged();
    ledger_.note("the end of the attempt at " + key.version, [&](store::State& state) {
        ledger_.setOutcome(state, key, store::Outcome::Failed, news.code, news.detail);
    });
    refused(key.version + " could not be had: " + news.detail);
}

std::string Program::answer(const std::string& command)
try {
    if (command == "status") return print(status()) + '\n';
    if (command == "history") return os::readWhole(store_.historyFile(), 64 * 1024 * 1024).value_or(std::string());
    if (command == "reload") return reload_.begin();
    if (command == "reloaded") return reload_.result();
    if (command == "update") {
        if (!agent_ || !agent_->isWanted()) return "{\"error\":\"this Baton runs without --server\"}\n";
        agent_->check();
        return "{\"accepted\":true}\n";
    }
    if (command == "restart" || command == "rollback") return handOverAgain(command);
    const auto steered = steering_.answer(command, news_.offered ? news_.offered->version : std::string());
    return steered.value_or("{\"error\":\"unknown command\"}\n");
} catch (const std::exception& e) {
    log_.error(std::string("a command could not be answered: ") + e.what());
    return "{\"error\":\"see the log of this Baton\"}\n";
}

std::string Program::handOverAgain(const std::string& command)
{
    std::string refusal;
    if (handover_.phase() == Phase::Stopping)
        refusal = "this Baton ends";
    else if (!ledger_.state().current)
        refusal = "there is no release yet";
    else if (command == "restart")
        handover_.restart();
    else
        refusal = handover_.rollBack();
    return refusal.empty() ? "{\"accepted\":true}\n" : "{\"error\":\"" + refusal + "\"}\n";
}

control::Status Program::status() const
{
    auto status = handover_.status();
    if (exitCode_) status.state = "ended";
    status.exitCode = exitCode_;
    status.attempt = news_.attempt;
    if (status.attempt && !preparation_.step().empty()) status.attempt->stage = preparation_.step();
    status.waiting = news_.waiting;
    if (const auto sentence = world_.watcher.groupSentence(number()); offered_ && !sentence.empty())
        status.waiting = {sentence, {}};
    status.offered = news_.offered;
    status.hold = steering_.hold();
    status.nextCheck = news_.nextCheck;
    status.nextCheckReason = news_.nextCheckReason;
    status.untold = news_.untold;
    status.lastCheck = news_.lastCheck;
    status.lastCheckResult = news_.lastCheckResult;
    return status;
}

ProgramMetrics Program::metrics() const
{
    return {name(), status(), settings_.needsSignatures, settings_.keys, ledger_.outcomes()};
}

} // namespace baton::supervise
