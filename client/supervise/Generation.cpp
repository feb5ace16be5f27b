#include "client/supervise/Generation.h"

#include "client/core/Duration.h"
#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/ProcessTable.h"
#include "client/supervise/Environment.h"

#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace baton::supervise {

Generation::Generation(const GenerationWorld& world, const store::Release& release, int number, int terminal)
    : world_(world),
      release_(release),
      number_(number),
      child_(hold(terminal)),
      ending_(world.loop)
{
    endWatch_ = world_.loop.whenReadable(
        child_.pidfd(), [this] { checkEnd(); }, loop::Priority::Death);
}

Generation::~Generation()
{
    if (!running_) return;
    child_.signalGroup(SIGKILL);
    child_.reap();
}

os::Child Generation::hold(int terminal)
{
    const auto directory = world_.store.releaseDirectory(release_.key);
    executable_ = executableOf(world_.settings.command, release_, directory);
    if (executable_.empty())
        throw std::runtime_error("no program " + escaped(world_.settings.command.front()) + " in PATH");
    if (world_.settings.readiness.kind == ReadyKind::Notify)
        notifySocket_ = std::make_unique<NotifySocket>(
            world_.loop, world_.log, world_.store.root() / ("notify-" + std::to_string(number_) + ".sock"),
            [this](pid_t pid) { return os::descendsFrom(pid, child_.pid()); },
            [this](const Notification& notification) { heard(notification); });

    os::SpawnOptions options;
    options.executable = executable_;
    options.arguments = withRelease(world_.settings.command, directory);
    options.environment = environment(directory);
    options.passed = world_.listeners.descriptors();
    options.announceListeners = !options.passed.empty();
    options.terminal = terminal;
    return os::Child::hold(options);
}

std::vector<std::string> Generation::environment(const std::filesystem::path& directory) const
{
    auto variables = programEnvironment(environ);
    variables.push_back("BATON_RELEASE=" + release_.key.version);
    variables.push_back("BATON_RELEASE_DIR=" + directory.string());
    variables.push_back("BATON_RELEASE_SHA256=" + release_.key.sha256);
    variables.push_back("BATON_GENERATION=" + std::to_string(number_));
    variables.push_back("BATON_DRAIN_TIME=" + printDuration(world_.settings.drainTimeout));
    if (!world_.listeners.empty()) {
        variables.push_back("LISTEN_FDS=" + std::to_string(world_.listeners.all().size()));
        variables.push_back("LISTEN_FDNAMES=" + world_.listeners.names());
    }
    if (notifySocket_) variables.push_back("NOTIFY_SOCKET=" + notifySocket_->path().string());
    return variables;
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
        prober_ = std::make_unique<Prober>(world_.loop, world_.log, world_.settings, [this] { becameReady(); });
}

void Generation::heard(const Notification& notification)
{
    if (notification.extend) world_.watcher.extended(number_, *notification.extend);
    if (notification.ready) becameReady();
}

void Generation::becameReady()
{
    delay_.reset();
    prober_.reset();
    if (ready_ || child_.ended()) return; // A death wins over the READY that came with it.
    ready_ = true;
    world_.watcher.ready(number_);
}

store::GenerationRecord Generation::record(store::GenerationRole role) const
{
    return {number_, role, release_.key, child_.pid(), os::startTicksOf(child_.pid()).value_or(0), os::bootId()};
}

void Generation::end(int number, Duration patience)
{
    if (ending_.begun()) return;
    ending_.begin(
        [&] {
            child_.signal(number);
            child_.signal(SIGCONT);
        },
        patience, [this] { kill(); });
}

void Generation::kill() { child_.signalGroup(SIGKILL); }

void Generation::checkEnd()
{
    const auto status = child_.ended();
    if (!status) return;
    child_.signalGroup(SIGKILL); // What it left behind ends with it; the zombie keeps the group's number ours.
    child_.reap();
    running_ = false;
    endWatch_.reset();
    prober_.reset();
    delay_.reset();
    notifySocket_.reset();
    world_.watcher.ended(number_, *status);
}

} // namespace baton::supervise
