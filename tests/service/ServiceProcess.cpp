#include "tests/service/ServiceProcess.h"

#include "client/os/Errors.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <utility>

namespace baton::service {
namespace {

constexpr int Patience = 20'000; // ms; only a failure takes as long

std::pair<os::UniqueFd, os::UniqueFd> makePipe()
{
    std::array<int, 2> ends{};
    os::check(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    return {os::UniqueFd(ends[0]), os::UniqueFd(ends[1])};
}

} // namespace

os::SpawnOptions ServiceProcess::spawnOptions(const Options& options, int output)
{
    os::SpawnOptions spawn;
    spawn.executable = options.executable;
    spawn.arguments = {std::filesystem::path(options.executable).filename()};
    spawn.arguments.insert(spawn.arguments.end(), options.arguments.begin(), options.arguments.end());
    spawn.environment = options.environment;
    spawn.passed = options.listeners;
    spawn.announceListeners = !options.listeners.empty();
    spawn.standardOutput = spawn.standardError = output;
    return spawn;
}

ServiceProcess::ServiceProcess(const Options& options)
    : child_([&] {
          auto [reading, writing] = makePipe();
          words_ = std::move(reading);
          return os::Child::spawn(spawnOptions(options, writing.get()));
      }())
{
}

ServiceProcess::~ServiceProcess()
{
    if (ended_) return;
    child_.signal(SIGTERM); // First: a supervisor ends its own then.
    pollfd watched{child_.pidfd(), POLLIN, 0};
    ::poll(&watched, 1, Patience / 2);
    child_.signal(SIGKILL);
    end();
}

int ServiceProcess::end()
{
    if (ended_) return exitCode_;
    pollfd watched{child_.pidfd(), POLLIN, 0};
    if (::poll(&watched, 1, Patience) != 1) return -1;
    const auto status = child_.ended();
    child_.reap();
    ended_ = true;
    return exitCode_ = status ? status->shellCode() : -1;
}

bool ServiceProcess::awaitSaid(const std::string& text)
{
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::milliseconds(Patience);
    while (said_.find(text) == std::string::npos) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0 || !read(static_cast<int>(left))) return false;
    }
    return true;
}

const std::string& ServiceProcess::said()
{
    while (read(0)) {
    }
    return said_;
}

bool ServiceProcess::read(int patienceMs)
{
    pollfd watched{words_.get(), POLLIN, 0};
    if (::poll(&watched, 1, patienceMs) != 1) return false;
    std::array<char, 4096> block{};
    const auto length = ::read(words_.get(), block.data(), block.size());
    if (length <= 0) return false;
    said_.append(block.data(), static_cast<std::size_t>(length));
    return true;
}

} // namespace baton::service
