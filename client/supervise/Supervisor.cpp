#include "client/supervise/Supervisor.h"

#include "client/control/ControlServer.h"
#include "client/core/Duration.h"
#include "client/core/Timestamp.h"
#include "client/loop/Signals.h"
#include "client/os/Files.h"
#include "client/os/SystemClock.h"
#include "client/supervise/Adopted.h"
#include "client/supervise/AgentProcess.h"
#include "client/supervise/CannotStart.h"
#include "client/supervise/Handover.h"
#include "client/supervise/ListenerGuard.h"
#include "client/supervise/Preparation.h"
#include "client/supervise/Reload.h"
#include "client/supervise/ServiceWatchdog.h"
#include "client/supervise/Steering.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

constexpr Duration OneTurn{1'000};

// All that a person or a process manager may send and that means nothing to the kernel's own business. SIGCHLD,
// SIGCONT, SIGTSTP and the terminal's own are left to the kernel; SIGKILL and SIGSTOP cannot be had.
std::vector<int> forwardedSignals()
{
    std::vector<int> numbers{SIGTERM,  SIGINT, SIGQUIT, SIGHUP,    SIGUSR1, SIGUSR2, SIGALRM,
                             SIGWINCH, SIGIO,  SIGPWR,  SIGVTALRM, SIGPROF, SIGURG};
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) numbers.push_back(number);
    return numbers;
}

bool endsUs(int signal) { return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT; }

constexpr int Unavailable = 69;  // EX_UNAVAILABLE
constexpr int CannotCreate = 73; // EX_CANTCREAT

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

std::unique_ptr<control::ControlServer> openControl(loop::EventLoop& loop, const std::filesystem::path& socket,
                                                    control::ControlServer::Handler handler)
try {
    return std::make_unique<control::ControlServer>(loop, socket, std::move(handler));
} catch (const std::exception& error) { // Also a path that is too long.
    throw CannotStart(std::string(error.what()) + "; baton status asks there: say another --control", CannotCreate);
}

class Supervisor : private HandoverWatcher {
public:
    Supervisor(const Settings& settings, Log& log);

    int run();

private:
    void ledgerChanged() override;
    void beforeStart() override { guard_.beforeStart(handover_.running()); }
    void generationsChanged() override { guard_.check(handover_.running()); }
    void finished(int exitCode) override;

    ListenerSet openListeners();
    void warnOfOtherGroups(const ListenerSet& listeners);
    void waitForOrphans();
    void forgetOrphan(int number);
    void resumeInstall();
    void signalled(int number);
    void heard(const control::AgentNews& news);
    void giveUp(const control::AgentNews& news);
    std::string answer(const std::string& command);
    std::string handOverAgain(const std::string& command);
    std::string status() const;

    const Settings& settings_;
    Log& log_;
    os::SystemClock clock_;
    loop::EventLoop loop_{clock_};
    store::Store store_;
    Ledger ledger_;
    Orphans orphans_;
    ListenerSet listeners_;
    ListenerGuard guard_;
    Reload reload_;
    Handover handover_;
    Preparation preparation_;
    Steering steering_;
    std::unique_ptr<loop::Signals> signals_;
    std::unique_ptr<control::ControlServer> control_;
    std::unique_ptr<AgentProcess> agent_;
    control::Status news_; // the part of the status that the agent tells
    int exitCode_ = 0;
};

Supervisor::Supervisor(const Settings& settings, Log& log)
    : settings_(settings),
      log_(log),
      store_(settings.stateDirectory),
      ledger_(store_, clock_, log),
      orphans_(loop_, log, ledger_.state().generations, [this](int number) { forgetOrphan(number); }),
      listeners_(openListeners()),
      guard_(loop_, log, listeners_, [this](const std::string& what) { handover_.accuse(what); }),
      reload_(loop_, log, settings_, listeners_, guard_),
      handover_(loop_, log, settings_, store_, listeners_, ledger_, orphans_, *this),
      preparation_(
          loop_, log, settings_, store_, ledger_,
          [this](const store::ReleaseKey& key) {
              ledgerChanged();
              handover_.offer(key);
          },
          [this] { ledgerChanged(); }),
      steering_(ledger_, clock_, log, [this] { ledgerChanged(); })
{
    ledger_.note("start", [this](store::State& state) {
        std::erase_if(state.generations, [this](const auto& record) { return !orphans_.has(record.number); });
    });
    store_.removeLeftovers();
}

ListenerSet Supervisor::openListeners()
{
    auto listeners = ListenerSet::fromEnvironment();
    orphans_.borrowListeners(settings_.listeners, listeners);
    const bool all = std::all_of(settings_.listeners.begin(), settings_.listeners.end(),
                                 [&](const auto& address) { return listeners.has(address.name); });
    // Who cannot share, or has nothing to share, is waited for; else both serve until the new one is ready.
    if (!all || settings_.listeners.empty() || settings_.handoff == Handoff::Restart)
        waitForOrphans();
    else if (!orphans_.empty())
        log_.info("it serves until the next one is ready, on the same sockets");
    warnOfOtherGroups(listeners);
    openMissing(listeners, settings_.listeners);
    if (!listeners.empty()) log_.info("listening on " + listeners.describe());
    return listeners;
}

void Supervisor::warnOfOtherGroups(const ListenerSet& listeners)
{
    for (const auto& address : settings_.listeners) {
        const auto held = listeners.count(address.name);
        const auto wanted = static_cast<std::size_t>(address.sockets);
        const auto found = std::find_if(listeners.all().begin(), listeners.all().end(),
                                        [&](const auto& listener) { return listener->name == address.name; });
        if (held != 0 && held != wanted && (*found)->borrowed)
            log_.warning(address.name + " is asked for with " + std::to_string(wanted) + " sockets and keeps its " +
                         std::to_string(held) + ": a group does not change while a release has it");
    }
}

void Supervisor::forgetOrphan(int number)
{
    ledger_.note("the end of generation " + std::to_string(number), [number](store::State& state) {
        std::erase_if(state.generations, [number](const auto& record) { return record.number == number; });
    });
}

void Supervisor::waitForOrphans()
{
    if (orphans_.empty()) return;
    log_.warning(
        "it cannot serve beside the next one: it is drained first, and nobody answers until that one is ready");
    orphans_.end(settings_.drainSignal, settings_.drainTimeout);
    while (!orphans_.empty()) loop_.turn(OneTurn);
}

int Supervisor::run()
{
    auto numbers = forwardedSignals();
    numbers.push_back(SIGCHLD);
    adoptOrphans();
    signals_ = std::make_unique<loop::Signals>(loop_, numbers, [this](int number) { signalled(number); });
    control_ =
        openControl(loop_, settings_.controlSocket, [this](const std::string& command) { return answer(command); });
    handover_.start();
    agent_ =
        std::make_unique<AgentProcess>(loop_, log_, settings_, [this](const control::AgentNews& news) { heard(news); });
    resumeInstall();
    const ServiceWatchdog watchdog(loop_);
    loop_.run();
    agent_.reset();
    endAdopted();
    return exitCode_;
}

void Supervisor::resumeInstall()
{
    const auto install = ledger_.state().install;
    if (install && install->step != store::InstallStep::TryOut && store_.loadRelease(install->key)) {
        log_.info(install->key.version + " is installed already; its hand-over goes on");
        return handover_.offer(install->key);
    }
    if (std::filesystem::exists(store_.attemptFile())) preparation_.begin();
}

void Supervisor::signalled(int number)
{
    if (number == SIGCHLD) {
        sweepAdopted([this](int generation) { return handover_.lives(generation) || orphans_.has(generation); });
        return handover_.followTerminal();
    }
    if (!endsUs(number)) return handover_.forward(number);
    preparation_.cancel();
    handover_.stop(number);
}

void Supervisor::ledgerChanged()
{
    if (agent_) agent_->ring(control::AgentBell::Changed);
}

void Supervisor::finished(int exitCode)
{
    exitCode_ = exitCode;
    loop_.stop();
}

void Supervisor::heard(const control::AgentNews& news)
{
    using Kind = control::AgentNews::Kind;
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
    case Kind::Failed: giveUp(news); break;
    }
}

void Supervisor::giveUp(const control::AgentNews& news)
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
    ledgerChanged();
}

std::string Supervisor::answer(const std::string& command)
try {
    if (command == "status") return status() + '\n';
    if (command == "history") return os::readWhole(store_.historyFile(), 64 * 1024 * 1024).value_or(std::string());
    if (command == "reload") return reload_.begin();
    if (command == "reloaded") return reload_.result();
    if (command == "update") {
        if (!agent_ || !agent_->isWanted()) return "{\"error\":\"this Baton runs without --server\"}\n";
        agent_->ring(control::AgentBell::Check);
        return "{\"accepted\":true}\n";
    }
    if (command == "restart" || command == "rollback") return handOverAgain(command);
    const auto steered = steering_.answer(command, news_.offered ? news_.offered->version : std::string());
    return steered.value_or("{\"error\":\"unknown command\"}\n");
} catch (const std::exception& e) {
    log_.error(std::string("a command could not be answered: ") + e.what());
    return "{\"error\":\"see the log of this Baton\"}\n";
}

std::string Supervisor::handOverAgain(const std::string& command)
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

std::string Supervisor::status() const
{
    auto status = handover_.status();
    status.attempt = news_.attempt;
    if (status.attempt && !preparation_.step().empty()) status.attempt->stage = preparation_.step();
    status.waiting = news_.waiting;
    status.offered = news_.offered;
    status.hold = steering_.hold();
    status.nextCheck = news_.nextCheck;
    status.nextCheckReason = news_.nextCheckReason;
    status.lastCheck = news_.lastCheck;
    status.lastCheckResult = news_.lastCheckResult;
    return print(status);
}

} // namespace

int run(const Settings& settings, Log& log, os::UniqueFd lock)
{
    const auto code = Supervisor(settings, log).run();
    lock.reset();
    return code;
}

} // namespace baton::supervise
