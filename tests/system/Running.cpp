#include "tests/system/Running.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "tests/system/Scratch.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace baton::system {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Patience BetweenLooks{5};

std::vector<std::string> environmentOf(const Command& command)
{
    std::vector<std::string> environment{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"})
        if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + '=' + value);
    environment.insert(environment.end(), command.environment.begin(), command.environment.end());
    return environment;
}

os::Child spawn(const Command& command, const std::filesystem::path& log)
{
    const auto output = os::open(log, O_WRONLY | O_CREAT | O_APPEND);
    os::SpawnOptions options;
    options.executable = command.executable;
    options.arguments = command.arguments;
    options.environment = environmentOf(command);
    options.passed = command.passed;
    options.announceListeners = !command.passed.empty();
    const auto nothing = os::open("/dev/null", O_RDONLY);
    options.standardInput = command.standardInput >= 0 ? command.standardInput : nothing.get();
    options.standardOutput = command.standardOutput >= 0 ? command.standardOutput : output.get();
    options.standardError = command.standardError >= 0 ? command.standardError : output.get();
    return os::Child::spawn(options);
}

} // namespace

bool eventually(const std::function<bool()>& question, Patience patience)
{
    const auto deadline = Clock::now() + patience;
    while (!question()) {
        if (Clock::now() >= deadline) return false;
        std::this_thread::sleep_for(BetweenLooks);
    }
    return true;
}

Running::Running(const Command& command, std::filesystem::path log) : log_(std::move(log)), child_(spawn(command, log_))
{
}

Running::~Running()
{
    if (ended_) return;
    child_.signalGroup(SIGKILL);
    child_.reap();
}

std::string Running::said() const { return readFile(log_); }

::testing::AssertionResult Running::says(const std::string& text, Patience patience) const
{
    bool ended = false;
    const bool found = eventually(
        [&] {
            ended = hasEnded(); // Asked first: what it said last is in the file when it has ended.
            return said().find(text) != std::string::npos || ended;
        },
        patience);
    if (found && said().find(text) != std::string::npos) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << (ended ? "it ended without saying \"" : "it did not say in time \"") << text
                                         << "\", only:\n"
                                         << said();
}

int Running::end(Patience patience)
{
    if (ended_) return code_;
    pollfd watched{child_.pidfd(), POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(patience.count())) != 1) return -1;
    const auto status = child_.ended();
    child_.reap();
    ended_ = true;
    return code_ = status ? status->shellCode() : -1;
}

std::string Running::word(const std::string& before) const
{
    const auto text = said();
    const auto at = text.find(before);
    if (at == std::string::npos) return {};
    const auto begin = at + before.size();
    return text.substr(begin, text.find_first_of(" ,;\n", begin) - begin);
}

std::vector<pid_t> childrenOf(pid_t parent)
{
    std::vector<pid_t> pids;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(parent) + "/task")) {
        std::istringstream text(readFile(thread.path() / "children"));
        for (pid_t pid = 0; text >> pid;) pids.push_back(pid);
    }
    return pids;
}

void adoptOrphans() { os::check(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become the parent of orphans"); }

std::vector<pid_t> livingOrphans()
{
    auto pids = childrenOf(::getpid());
    std::erase_if(pids, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) == pid; });
    return pids;
}

void endOrphans()
{
    for (auto pids = childrenOf(::getpid()); !pids.empty(); pids = childrenOf(::getpid()))
        for (const auto pid : pids) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
}

} // namespace baton::system
