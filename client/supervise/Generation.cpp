#include "client/supervise/Generation.h"

#include "client/core/Duration.h"
#include "client/core/Text.h"
#include "client/os/Connections.h"
#include "client/os/Errors.h"
#include "client/os/ProcessTable.h"
#include "client/os/Sockets.h"
#include "client/supervise/Environment.h"
#include "client/supervise/Roles.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <utility>

namespace baton::supervise {
namespace {

constexpr std::size_t FirstPassed = 3; // LISTEN_FDS counts from here.
constexpr Duration LeastPatience{1'000};
constexpr Duration AbortPatience{5'000}; // to write its core, when it was told to abort

} // namespace

Generation::Generation(const GenerationWorld& world, const store::Release& release, int number, int terminal,
                       const std::set<int>& living)
    : world_(world),
      release_(release),
      number_(number),
      listeners_(world.listeners),
      channel_(
          world.loop, [this] { saysResumed(); }, [this] { world_.stored.awaited(); }),
      child_(world.loop, hold(terminal, living), [this] { ended(); }),
      started_(world.loop.clock().now()),
      watchdog_(world.loop, world.settings.watchdog, [this] { failWatchdog(watchdog_.interval()); }),
      ending_(world.loop)
{
    channel_.forgetProgramEnd();
    world_.cgroups.place(child_.first());
    oomKillsBefore_ = world_.cgroups.oomKills(child_.first());
}

Generation::~Generation()
{
    if (const auto path = probeSocket(); !path.empty()) ::unlink(path.c_str());
    if (!running_) return;
    if (std::uncaught_exceptions() > 0 && !child_.isHeld())
        return; // Baton fails, not the release: the next one finds it.
    kill();
    child_.reap();
    world_.cgroups.remove(child_.first());
}

std::filesystem::path Generation::notifyPath() const
{
    return world_.store.root() / ("notify-" + std::to_string(number_) + ".sock");
}

std::unique_ptr<NotifySocket> Generation::openNotifySocket(os::UniqueFd socket)
{
    return std::make_unique<NotifySocket>(
        world_.loop, world_.log, notifyPath(), [this](pid_t pid) { return belongsTo(pid, child_.first(), whose()); },
        [this](const Notification& notification, NotifySocket::Descriptors descriptors) {
            heard(notification, std::move(descriptors));
        },
        std::move(socket));
}

os::Child Generation::hold(int terminal, const std::set<int>& living)
{
    const auto directory = world_.store.releaseDirectory(release_.key);
    executable_ = executableOf(world_.settings.command, release_, directory);
    if (executable_.empty())
        throw std::runtime_error("no program " + escaped(world_.settings.command.front()) + " in PATH");
    notifySocket_ = openNotifySocket(os::receiveUnix(notifyPath()));

    os::SpawnOptions options;
    options.executable = executable_;
    options.arguments = withRelease(world_.settings.command, directory);
    options.passed = listeners_.descriptors();
    auto names = listeners_.all().empty() ? std::vector<std::string>() : std::vector{listeners_.names()};
    for (auto* const stored : world_.stored.freeFor(number_, living)) {
        options.passed.push_back(stored->descriptor.get());
        names.push_back(stored->name);
        stored->giveTo(number_);
    }
    os::UniqueFd probe; // The generation alone is to hold it: when it dies, nobody answers there.
    if (const auto path = probeSocket(); !path.empty()) {
        probe = os::listenUnix(path);
        options.passed.push_back(probe.get());
        names.push_back(world_.settings.probeListener);
    }
    options.environment = environment(directory, options.passed.size(), names);
    options.announceListeners = !options.passed.empty();
    options.announceWatchdog = world_.settings.watchdog != Duration(0);
    options.passed.push_back(channel_.programEnd()); // Behind the listeners, which are counted from 3 on.
    options.terminal = terminal;
    options.ignored = os::ignoredSignals(); // Whoever started us has decided that for the program.
    if (!world_.settings.name.empty()) options.standardInput = devNull(); // Nobody could say whose the next line is.
    return os::Child::hold(options);
}

std::vector<std::string> Generation::environment(const std::filesystem::path& directory, std::size_t count,
                                                 const std::vector<std::string>& names) const
{
    auto variables = programEnvironment(environ);
    variables.push_back("BATON_RELEASE=" + release_.key.version);
    variables.push_back("BATON_RELEASE_DIR=" + directory.string());
    variables.push_back("BATON_RELEASE_SHA256=" + release_.key.sha256);
    variables.push_back("BATON_GENERATION=" + std::to_string(number_));
    if (!world_.settings.name.empty()) variables.push_back("BATON_PROGRAM=" + world_.settings.name);
    variables.push_back("BATON_DRAIN_TIME=" + printDuration(world_.settings.drainTimeout));
    variables.push_back("BATON_CHANNEL=" + std::to_string(FirstPassed + count));
    if (count > 0) {
        variables.push_back("LISTEN_FDS=" + std::to_string(count));
        std::string joined;
        for (const auto& name : names) joined += (joined.empty() ? "" : ":") + name;
        variables.push_back("LISTEN_FDNAMES=" + joined);
    }
    variables.push_back("NOTIFY_SOCKET=" + notifySocket_->path().string());
    if (const auto interval = world_.settings.watchdog; interval != Duration(0))
        variables.push_back("WATCHDOG_USEC=" + std::to_string(interval.count() * 1000));
    return variables;
}

std::filesystem::path Generation::probeSocket() const
{
    if (world_.settings.probeListener.empty()) return {};
    return world_.store.root() / ("probe-" + std::to_string(number_) + ".sock");
}

int Generation::go()
{
    const int error = child_.go();
    if (error == 0) askForReadiness();
    return error;
}

void Generation::askForReadiness()
{
    const auto& readiness = world_.settings.readiness;
    if (readiness.kind == ReadyKind::Notify) return;
    if (readiness.kind == ReadyKind::Delay)
        delay_ = world_.loop.after(readiness.delay, [this] { becameReady(); });
    else
        prober_ = std::make_unique<Prober>(world_.loop, world_.log, world_.settings,
                                           Patient{number_, probeSocket().string()}, [this] { becameReady(); });
}

void Generation::heard(const Notification& notification, NotifySocket::Descriptors descriptors)
{
    account_.heard(notification);
    const auto& name = notification.descriptorName;
    if (notification.stores)
        world_.stored.put(name.empty() ? "stored" : name, std::move(descriptors), number_, notification.polls);
    if (notification.removes && !name.empty()) world_.stored.remove(name);
    if (notification.stopping) stopsByItself(); // First: the extension may come with it, and is of that ending then.
    if (notification.extend) extend(*notification.extend);
    heardOfWatchdog(notification);
    if (notification.mainPid) follow(*notification.mainPid);
    if (notification.ready && world_.settings.readiness.kind == ReadyKind::Notify) becameReady();
}

// Of one that stands by it is remembered: its ending begins with the commit, and its time runs already.
void Generation::extend(Duration by)
{
    ending_.extend(by);
    if (standsBy_) drainsUntil_ = std::max(drainsUntil_.value_or(Instant{}), world_.loop.clock().now() + by);
    world_.watcher.extended(number_, by);
}

void Generation::follow(pid_t pid)
{
    if (pid == child_.pid()) return;
    const auto name = release_.key.version + " (generation " + std::to_string(number_) + ")";
    if (!belongsTo(pid, child_.first(), whose()) || !child_.follow(pid))
        return world_.log.warning(name + " named pid " + std::to_string(pid) +
                                  " as its main process, which is none of its own");
    world_.log.info(name + " goes on as pid " + std::to_string(pid));
    world_.watcher.moved(number_);
    if (saidReady_) becameReady();
}

// It gets the time that it would have if it had been told to. One that stands by has been told that already.
void Generation::stopsByItself()
{
    watchdog_.stop();
    if (!ending_.begun() && !standsBy_) ending_.begin([] {}, world_.settings.drainTimeout, [this] { cut(); });
}

void Generation::heardOfWatchdog(const Notification& notification)
{
    if (notification.watchdogInterval) watchdog_.setInterval(*notification.watchdogInterval);
    if (notification.watchdog == WatchdogWord::Alive) watchdog_.heard();
    if (notification.watchdog == WatchdogWord::Trigger) failWatchdog(std::nullopt);
}

void Generation::failWatchdog(std::optional<Duration> interval)
{
    if (ending_.begun()) return; // It is given its time to end.
    account_.failedWatchdog(interval);
    world_.log.error(release_.key.version + " (generation " + std::to_string(number_) +
                     (interval ? ") missed its watchdog of " + printDuration(*interval) : ") said WATCHDOG=trigger") +
                     ": it is told to abort, and killed after " + printDuration(AbortPatience));
    end(SIGABRT, AbortPatience);
}

void Generation::becameReady()
{
    delay_.reset();
    prober_.reset();
    if (ready_) return;
    saidReady_ = true;
    if (child_.ended()) return; // A death wins over the READY that came with it, unless somebody takes its place.
    ready_ = true;
    if (!ending_.begun()) watchdog_.start();
    world_.watcher.ready(number_);
}

store::GenerationRecord Generation::record(store::GenerationRole role) const
{
    return {number_,
            role,
            release_.key,
            child_.pid(),
            os::startTicksOf(child_.pid()).value_or(0),
            os::bootId(),
            world_.cgroups.of(child_.first())};
}

void Generation::watchHealth(int failures)
{
    if (world_.settings.health.kind == HealthKind::None) return;
    health_ = std::make_unique<HealthWatch>(
        world_.loop, world_.log, world_.settings, Patient{number_, probeSocket().string()},
        [this](const std::string& why) { world_.watcher.unhealthy(number_, why); }, failures);
}

control::RunningRelease Generation::status() const
{
    const auto told = channel_.connections();
    return {release_.key.version,
            release_.key.sha256,
            number_,
            static_cast<int>(child_.pid()),
            told ? told : account_.connections(),
            account_.notified(),
            account_.status()};
}

Duration Generation::age() const { return world_.loop.clock().now() - started_; }

bool Generation::standBy()
{
    drainedSince_ = world_.loop.clock().now();
    standsBy_ = true;
    return channel_.say("drain");
}

bool Generation::giveStored(const std::set<int>& living)
{
    if (!channel_.takesDescriptors()) return true; // It finds nothing but what it was started with.
    return world_.stored.giveNew(number_, living, [this](const std::string& name, std::span<const int> descriptors) {
        return channel_.give(name, descriptors);
    });
}

bool Generation::resume()
{
    standsBy_ = false;
    drainsUntil_.reset(); // That drain is over.
    return channel_.say("resume");
}

// What it said before on its other socket comes first, such as what it does not want back from the store.
void Generation::saysResumed()
{
    notifySocket_->read();
    world_.watcher.resumed(number_);
}

void Generation::endStandBy(int number, Duration patience)
{
    const auto now = world_.loop.clock().now();
    const auto due = std::max(drainedSince_ + patience, drainsUntil_.value_or(drainedSince_));
    const auto left = std::max(LeastPatience, due - now);
    watchdog_.stop();
    if (!ending_.begun() && channel_.say("stop")) {
        owesTerm_ = true;
        ending_.begin([] {}, left, [this] { cut(); });
    } else {
        end(number, left);
    }
}

void Generation::signal(const Passed& passed) const
{
    if (passed.toGroup || world_.settings.signalTo == SignalTo::Group)
        child_.signalGroup(passed.signal.number);
    else
        child_.signal(passed.signal);
}

void Generation::end(int number, Duration patience)
{
    if (ending_.begun()) return;
    watchdog_.stop();
    owesTerm_ = number != SIGTERM && number != SIGABRT;
    ending_.begin(
        [&] {
            signal({{number}});
            signal({{SIGCONT}});
        },
        patience, [this] { cut(); });
}

// Its time to end is over. Who was told to drain by a word, or by a signal of its own, knows SIGTERM as what ends it at
// once. What a kill costs its clients is said.
void Generation::cut()
{
    if (std::exchange(owesTerm_, false)) {
        world_.log.warning(release_.key.version + " (generation " + std::to_string(number_) +
                           ") gets SIGTERM: its time to drain is over");
        signal({{SIGTERM}});
        ending_.extend(LeastPatience);
        return;
    }
    const auto connections = os::connectionsOf(child_.pid());
    world_.log.warning(release_.key.version + " (generation " + std::to_string(number_) +
                       ") is killed: its time to end is over" +
                       (connections == 0   ? std::string()
                        : connections == 1 ? ", and 1 connection is cut"
                                           : ", and " + std::to_string(connections) + " connections are cut"));
    kill();
}

void Generation::kill()
{
    killed_ = true;
    child_.signalAll(SIGKILL);
    world_.cgroups.kill(child_.first());
}

// The kernel has counted it before the process is dead.
void Generation::lookForKillByMemory(const os::ExitStatus& status)
{
    if (killed_ || status != os::ExitStatus{true, SIGKILL} || !oomKillsBefore_) return;
    const auto now = world_.cgroups.oomKills(child_.first());
    if (now && *now > *oomKillsBefore_) account_.killedForMemory(world_.settings.handoff == Handoff::Overlap);
}

void Generation::ended()
{
    notifySocket_->read(); // Its last words lie there still, such as who takes its place.
    const auto status = child_.ended();
    if (!status) return;
    if (*status == os::ExitStatus{} && !ending_.begun() && !adoptedOf(whose()).empty()) account_.leftProcesses();
    lookForKillByMemory(*status);
    kill(); // What it left behind ends with it; the zombie keeps the group's number ours.
    child_.reap();
    world_.cgroups.remove(child_.first());
    running_ = false;
    prober_.reset();
    health_.reset();
    delay_.reset();
    watchdog_.stop();
    notifySocket_.reset();
    world_.watcher.ended(number_, *status);
}

} // namespace baton::supervise
