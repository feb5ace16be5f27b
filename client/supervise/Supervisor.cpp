#include "client/supervise/Supervisor.h"

#include "client/control/ControlServer.h"
#include "client/core/ProductVersion.h"
#include "client/loop/Signals.h"
#include "client/os/Passing.h"
#include "client/os/Process.h"
#include "client/os/SignalSet.h"
#include "client/os/SystemClock.h"
#include "client/supervise/Adopted.h"
#include "client/supervise/CannotStart.h"
#include "client/supervise/Fates.h"
#include "client/supervise/Groups.h"
#include "client/supervise/OwnReleases.h"
#include "client/supervise/Program.h"
#include "client/supervise/SelfUpgrade.h"
#include "client/supervise/ServiceManager.h"
#include "client/supervise/ServiceWatchdog.h"

#include <sys/wait.h>

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

constexpr int Usage = 64;        // EX_USAGE
constexpr int CannotCreate = 73; // EX_CANTCREAT

constexpr std::string_view UpgradeCommand = "upgrade-self";

// What they were at, others begin anew from the disk.
void endHelpers(const std::vector<pid_t>& helpers)
{
    for (const auto pid : helpers) ::kill(-pid, SIGKILL); // Not reaped: the group is its own.
    for (const auto pid : helpers)
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
        }
}

std::unique_ptr<control::ControlServer> openControl(loop::EventLoop& loop, const std::filesystem::path& socket,
                                                    control::ControlServer::Handler handler)
try {
    return std::make_unique<control::ControlServer>(loop, socket, std::move(handler));
} catch (const std::exception& error) { // Also a path that is too long.
    throw CannotStart(std::string(error.what()) + "; baton status asks there: say another --control", CannotCreate);
}

std::vector<std::string> namesOf(const std::vector<Settings>& programs)
{
    std::vector<std::string> names;
    for (const auto& program : programs) names.push_back(program.name);
    return names;
}

std::vector<bool> essentialOnes(const std::vector<Settings>& programs)
{
    std::vector<bool> essential;
    for (const auto& program : programs) essential.push_back(program.essential);
    return essential;
}

// `sentence` is ours and needs no escapes.
std::string refusal(const std::string& sentence) { return "{\"error\":\"" + sentence + "\"}\n"; }

/// The process: what there is one of, however many programs there are.
class Supervisor : private ProgramWatcher {
public:
    Supervisor(const SupervisorSettings& settings, Log& log, std::vector<os::UniqueFd> locks);
    Supervisor(const SupervisorSettings& settings, Log& log, const Snapshot& snapshot);

    int run();
    int resume(const Snapshot& snapshot, const std::string& refusal);

private:
    void ended(int number, int exitCode) override;
    void cannotStart(int number, const CannotStart& why) override;
    void stands(int number) override;
    void passed(int number, Half half) override;
    void failed(int number, const std::string& why) override;
    void settled(int number) override;
    void lift(int number) override;
    std::string groupSentence(int number) const override;

    void openOwnReleases();
    void listenToSignals();
    int loop();
    Snapshot snapshot() const;
    std::string upgradeSelf(const std::string& path);
    void sweepSoon();
    void sweep();
    bool isSeveral() const { return !settings_.programs.front().name.empty(); }
    void formGroups();
    Group* groupOf(int number) const;
    ListenerSet listenersFor(const Settings& program);
    void checkInherited() const;
    void forgetInherited();
    void signalled(const loop::Arrived& arrived);
    void obey(const std::string& command, int number);
    void stopAll(const Passed& passed);
    bool lives(const Whose& whose) const;
    std::string answer(const std::string& line);
    std::string answerOf(Program& program, const std::string& command);
    std::string statusOfAll() const;
    std::string startAnew(int number);

    const SupervisorSettings& settings_;
    Log& log_;
    std::vector<os::UniqueFd> locks_;
    const SignalPlan plan_;
    os::SystemClock clock_;
    loop::EventLoop loop_{clock_};
    ServiceManager manager_;
    ProgramWorld world_;
    Fates fates_;
    ListenerSet inherited_;                          // what systemd passed and no program has taken
    std::vector<std::unique_ptr<Program>> programs_; // by their numbers
    std::unique_ptr<Groups> groups_;
    std::map<int, loop::Registration> letGo_; // of those that are over
    std::unique_ptr<loop::Signals> signals_;
    loop::Registration sweep_;
    std::unique_ptr<control::ControlServer> control_;
    SelfUpgrade upgrade_;
    std::unique_ptr<OwnReleases> own_;
    std::optional<CannotStart> cannotStart_;
    bool stops_ = false;
};

Supervisor::Supervisor(const SupervisorSettings& settings, Log& log, std::vector<os::UniqueFd> locks)
    : settings_(settings),
      log_(log),
      locks_(std::move(locks)),
      plan_(settings.signals, os::ignoredSignals()),
      manager_(namesOf(settings.programs), settings.reportFd),
      world_{loop_, log, clock_, manager_, *this},
      fates_(essentialOnes(settings.programs)),
      inherited_(ListenerSet::fromEnvironment()),
      upgrade_(loop_, log, settings, [this] { return snapshot(); })
{
    if (isSeveral()) checkInherited();
    for (const auto& program : settings_.programs)
        programs_.push_back(std::make_unique<Program>(world_, program, listenersFor(program)));
    forgetInherited();
    formGroups();
    openOwnReleases();
}

void Supervisor::formGroups()
{
    groups_ = std::make_unique<Groups>(loop_, log_, settings_, [this](int number) -> Program& {
        return *programs_.at(static_cast<std::size_t>(number));
    });
}

// Nothing while all end: what is under way goes on with the next Baton.
Group* Supervisor::groupOf(int number) const { return stops_ ? nullptr : groups_->of(number); }

void Supervisor::stands(int number)
{
    if (auto* const group = groupOf(number)) group->stands(number);
}

void Supervisor::passed(int number, Half half)
{
    if (auto* const group = groupOf(number)) group->passed(number, half);
}

void Supervisor::failed(int number, const std::string& why)
{
    if (auto* const group = groupOf(number)) group->failed(number, why);
}

void Supervisor::settled(int number)
{
    if (auto* const group = groupOf(number)) group->settled(number);
}

void Supervisor::lift(int number)
{
    if (auto* const group = groupOf(number)) group->lift(number);
}

std::string Supervisor::groupSentence(int number) const
{
    const auto* const group = groupOf(number);
    return group == nullptr ? std::string() : group->sentence(number);
}

Supervisor::Supervisor(const SupervisorSettings& settings, Log& log, const Snapshot& snapshot)
    : settings_(settings),
      log_(log),
      plan_(settings.signals, os::ignoredSignals()),
      manager_(namesOf(settings.programs), settings.reportFd),
      world_{loop_, log, clock_, manager_, *this},
      fates_(essentialOnes(settings.programs)),
      upgrade_(loop_, log, settings, [this] { return this->snapshot(); }),
      stops_(snapshot.stops)
{
    endHelpers(snapshot.helpers); // Before anything starts its own.
    for (const int lock : snapshot.locks) locks_.push_back(os::received(lock));
    manager_.restore(snapshot.manager);
    for (std::size_t i = 0; i < snapshot.programs.size(); ++i) {
        programs_.push_back(std::make_unique<Program>(world_, settings_.programs.at(i), snapshot.programs[i]));
        if (snapshot.programs[i].exitCode) fates_.ended(static_cast<int>(i), 0);
    }
    fates_.restore(snapshot.exitCode);
    formGroups();
    groups_->restore(snapshot.groups);
    openOwnReleases();
}

// The programs serve whatever becomes of these.
void Supervisor::openOwnReleases()
try {
    if (settings_.ownApp) own_ = std::make_unique<OwnReleases>(loop_, log_, settings_, upgrade_);
} catch (const std::exception& error) {
    log_.error(std::string("Baton itself is not kept up to date: ") + error.what());
}

ListenerSet Supervisor::listenersFor(const Settings& program)
{
    return isSeveral() ? inherited_.takeFor(program.name, program.listeners) : std::exchange(inherited_, {});
}

// One name, two programs: nobody could say whose it is.
void Supervisor::checkInherited() const
{
    for (const auto& listener : inherited_.all()) {
        const auto wants = [&](const Settings& program) {
            return std::any_of(program.listeners.begin(), program.listeners.end(),
                               [&](const auto& address) { return address.name == listener->name; });
        };
        if (std::count_if(settings_.programs.begin(), settings_.programs.end(), wants) > 1)
            throw CannotStart("the socket " + listener->name + " of LISTEN_FDS is named by several programs; call it " +
                                  "PROGRAM." + listener->name + " there",
                              Usage);
    }
}

void Supervisor::forgetInherited()
{
    for (const auto& listener : inherited_.all())
        log_.warning("the socket " + listener->name +
                     " of LISTEN_FDS is no program's, and is closed; a program has it "
                     "that has a listener of that name");
    inherited_ = {};
}

int Supervisor::run()
{
    listenToSignals();
    control_ = openControl(loop_, settings_.controlSocket, [this](const std::string& line) { return answer(line); });
    groups_->recover();
    for (const auto& program : programs_) program->start();
    if (own_) own_->start();
    return loop();
}

int Supervisor::resume(const Snapshot& snapshot, const std::string& refusal)
{
    listenToSignals();
    control_ = std::make_unique<control::ControlServer>(
        loop_, settings_.controlSocket, [this](const std::string& line) { return answer(line); },
        os::received(snapshot.control));
    for (const auto& client : snapshot.clients)
        control_->add(os::received(client.socket), client.line, client.deadline.value_or(loop_.clock().now()));
    upgrade_.settle(snapshot.version, refusal);
    for (std::size_t i = 0; i < programs_.size(); ++i) {
        programs_[i]->resume(snapshot.programs[i]);
        const bool endsAll = snapshot.programs[i].exitCode && settings_.programs.at(i).essential;
        if (isSeveral() && endsAll && !stops_) stopAll({{SIGTERM}});
    }
    if (own_) own_->resume(refusal, snapshot.ownReleasePrepares);
    sweepSoon(); // What ended between the two, whoever heard of it.
    return loop();
}

void Supervisor::listenToSignals()
{
    adoptOrphans();
    signals_ = std::make_unique<loop::Signals>(loop_, takenSignals(), [this](const auto& one) { signalled(one); });
}

int Supervisor::loop()
{
    const ServiceWatchdog watchdog(loop_);
    loop_.run();
    for (const auto& program : programs_) program->endAgent();
    if (own_) own_->stop();
    endAdopted();
    if (cannotStart_) throw CannotStart(*cannotStart_);
    return fates_.exitCode();
}

void Supervisor::signalled(const loop::Arrived& arrived)
{
    const int number = arrived.signal.number;
    if (number == SIGCHLD) {
        sweepSoon();
        return;
    }
    const auto rule = plan_.ruleOf(number);
    if (rule.action == SignalAction::Ignore)
        return log_.debug(os::nameOfSignal(number) + " is ignored, as --on-signal says");
    if (rule.action == SignalAction::Command) return obey(rule.command, number);
    Passed passed{arrived.signal, arrived.fromKernel}; // What the keyboard says is for all that run there.
    passed.signal.number = rule.as;
    if (rule.action == SignalAction::Stop) return stopAll(passed);
    for (const auto& program : programs_) {
        if (fates_.isOver(program->number())) continue;
        if (number == SIGTSTP)
            program->suspend();
        else if (number == SIGCONT)
            program->resume();
        else
            program->forward(passed);
    }
    if (number == SIGTSTP && isSeveral()) Terminal().suspend(); // Whose terminal it is, is nobody's alone.
}

void Supervisor::stopAll(const Passed& passed)
{
    stops_ = true;
    for (const auto& program : programs_)
        if (!fates_.isOver(program->number())) program->stop(passed);
}

void Supervisor::obey(const std::string& command, int number)
{
    log_.info(os::nameOfSignal(number) + ": " + command);
    const auto judge = [&](const std::string& program, const std::string& reply) {
        constexpr std::string_view Refused = "{\"error\":\"";
        if (!reply.starts_with(Refused)) return;
        const auto why = reply.substr(Refused.size(), reply.rfind('"') - Refused.size());
        log_.error((program.empty() ? "" : program + ": ") + command + " is refused: " + why);
    };
    if (command == "upgrade") return judge({}, upgradeSelf({})); // Of Baton, however many programs it has.
    for (const auto& program : programs_) judge(program->name(), answerOf(*program, command));
}

// At the end of the turn, when what they said at last was heard: who is the main process, for one.
void Supervisor::sweepSoon()
{
    sweep_ = loop_.after(Duration(0), [this] { sweep(); });
}

void Supervisor::sweep()
{
    const auto awaits = [this](pid_t pid) {
        return std::any_of(programs_.begin(), programs_.end(),
                           [pid](const auto& program) { return program->awaits(pid); });
    };
    sweepAdopted({[this](const Whose& whose) { return lives(whose); }, awaits});
    for (const auto& program : programs_) program->followTerminal();
}

bool Supervisor::lives(const Whose& whose) const
{
    return std::any_of(programs_.begin(), programs_.end(), [&](const auto& program) {
        return program->name() == whose.program && program->lives(whose.generation);
    });
}

void Supervisor::ended(int number, int exitCode)
{
    manager_.ended(number);
    const auto& settings = settings_.programs.at(static_cast<std::size_t>(number));
    const auto after = fates_.ended(number, exitCode);
    if (after == AfterEnd::Exit) return loop_.stop();
    log_.write(exitCode == 0 ? Level::Info : Level::Error,
               settings.name + " has ended for good, with exit code " + std::to_string(exitCode) +
                   (stops_ ? ""
                    : after == AfterEnd::EndOthers
                        ? "; it is essential, so all end"
                        : "; the others go on. baton restart --program " + settings.name + " starts it again"));
    letGo_[number] = loop_.after(Duration(0), [this, number, after] { // Not in its own call.
        programs_.at(static_cast<std::size_t>(number))->letGo();
        if (after == AfterEnd::EndOthers && !stops_) stopAll({{SIGTERM}});
    });
}

void Supervisor::cannotStart(int number, const CannotStart& why)
{
    if (!isSeveral()) {
        cannotStart_ = why;
        return loop_.stop();
    }
    log_.error(settings_.programs.at(static_cast<std::size_t>(number)).name + " cannot start: " + why.what());
    ended(number, why.exitCode());
}

std::string Supervisor::answer(const std::string& line)
{
    constexpr std::string_view Prefix = "program ";
    if (line == "upgraded") return upgrade_.result();
    if (line == UpgradeCommand) return upgradeSelf({});
    if (line.starts_with(std::string(UpgradeCommand) + ' ')) return upgradeSelf(line.substr(UpgradeCommand.size() + 1));
    if (!isSeveral()) return answerOf(*programs_.front(), line);
    if (line == "status") return statusOfAll();
    if (!line.starts_with(Prefix)) {
        if (programs_.size() == 1) return answerOf(*programs_.front(), line);
        std::string names;
        for (const auto& program : programs_) names += (names.empty() ? "" : ", ") + program->name();
        return "{\"error\":\"this Baton runs several programs: " + names +
               "; say which by --program\",\"usage\":true}\n";
    }
    const auto blank = line.find(' ', Prefix.size());
    const auto name = line.substr(Prefix.size(), blank == std::string::npos ? blank : blank - Prefix.size());
    for (const auto& program : programs_)
        if (program->name() == name)
            return answerOf(*program, blank == std::string::npos ? std::string() : line.substr(blank + 1));
    return "{\"error\":\"this Baton has no program of that name; baton status lists all\",\"usage\":true}\n";
}

std::string Supervisor::answerOf(Program& program, const std::string& command)
{
    if (!fates_.isOver(program.number())) {
        auto answer = program.answer(command);
        if (own_ && command == "update") own_->check();
        if (own_ && &program == programs_.front().get()) own_->follow(program.hold());
        return answer;
    }
    if (command == "status" || command == "history") return program.answer(command);
    if (command == "restart" && !stops_) return startAnew(program.number());
    return refusal("it has ended for good; baton restart --program " + program.name() + " starts it again");
}

// Of a program that carries Baton in it, the release that runs brings the Baton to take over.
std::string Supervisor::upgradeSelf(const std::string& path)
{
    const auto usual = settings_.isOneExecutable ? programs_.front()->currentExecutable() : settings_.executable;
    return SelfUpgrade::answer(upgrade_.begin(path.empty() ? usual : std::filesystem::path(path)));
}

Snapshot Supervisor::snapshot() const
{
    Snapshot snapshot;
    snapshot.version = productVersion();
    for (const auto& lock : locks_) snapshot.locks.push_back(lock.get());
    snapshot.control = control_->listener();
    for (const auto& client : control_->clients())
        snapshot.clients.push_back({client.socket, client.line, client.deadline});
    snapshot.manager = manager_.save();
    snapshot.stops = stops_;
    snapshot.exitCode = fates_.exitCode();
    snapshot.ownReleasePrepares = own_ && own_->prepares();
    snapshot.helpers = os::Child::known();
    snapshot.groups = groups_->save();
    for (const auto& program : programs_) {
        snapshot.programs.push_back(program->save());
        std::erase_if(snapshot.helpers, [&](pid_t pid) { return program->isGeneration(pid); });
    }
    return snapshot;
}

std::string Supervisor::statusOfAll() const
{
    std::vector<control::NamedStatus> all;
    for (const auto& program : programs_) all.push_back({program->name(), program->status()});
    return print(all) + '\n';
}

std::string Supervisor::startAnew(int number)
try {
    const auto at = static_cast<std::size_t>(number);
    log_.info("a person wants " + settings_.programs.at(at).name + " started again");
    letGo_.erase(number);
    programs_.at(at).reset(); // First: it has what the next one opens.
    programs_.at(at) = std::make_unique<Program>(world_, settings_.programs.at(at), ListenerSet());
    fates_.revived(number);
    programs_.at(at)->start();
    return "{\"accepted\":true}\n";
} catch (const std::exception& e) {
    log_.error(std::string("it could not be started again: ") + e.what());
    return refusal("it could not be started again; see the log of this Baton");
}

} // namespace

int run(const SupervisorSettings& settings, Log& log, std::vector<os::UniqueFd> locks)
{
    return Supervisor(settings, log, std::move(locks)).run();
}

int takeOver(const SupervisorSettings& settings, Log& log, const Snapshot& snapshot, const std::string& refusal)
{
    return Supervisor(settings, log, snapshot).resume(snapshot, refusal);
}

} // namespace baton::supervise
