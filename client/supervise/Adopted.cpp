#include "client/supervise/Adopted.h"

#include "client/core/Text.h"
#include "client/os/Process.h"
#include "client/os/ProcessTable.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <limits>
#include <thread>

namespace baton::supervise {
namespace {

std::vector<pid_t> adopted()
{
    auto children = os::childrenOf(::getpid());
    std::erase_if(children, [](pid_t pid) { return os::Child::isKnown(pid); });
    return children;
}

// The nearest ancestor that is our own child; `pid` itself may be that.
std::optional<pid_t> childAbove(pid_t pid)
{
    constexpr int Deepest = 64;
    const auto us = ::getpid();
    for (int depth = 0; depth < Deepest && pid > 1; ++depth) {
        const auto parent = os::parentOf(pid).value_or(0);
        if (parent == us) return pid;
        pid = parent;
    }
    return std::nullopt;
}

} // namespace

void adoptOrphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

std::optional<int> generationOf(pid_t pid)
{
    const auto text = os::environmentOf(pid, "BATON_GENERATION");
    const auto number = text ? parseNumber(*text) : std::nullopt;
    if (!number || *number > std::numeric_limits<int>::max()) return std::nullopt;
    return static_cast<int>(*number);
}

bool belongsTo(pid_t pid, pid_t first, int number)
{
    const auto child = childAbove(pid);
    if (!child) return false;
    return *child == first || (!os::Child::isKnown(*child) && generationOf(*child) == number);
}

std::vector<pid_t> adoptedOf(int number)
{
    auto found = adopted();
    std::erase_if(found, [number](pid_t pid) { return generationOf(pid) != number; });
    return found;
}

int sweepAdopted(const std::function<bool(int)>& lives)
{
    int killed = 0;
    for (const auto pid : adopted()) {
        if (::waitpid(pid, nullptr, WNOHANG) == pid) continue;
        const auto number = generationOf(pid);
        if (number && !lives(*number) && ::kill(pid, SIGKILL) == 0) ++killed; // Not reaped: the pid is its own.
    }
    return killed;
}

void endAdopted()
{
    constexpr int Rounds = 50;
    for (int i = 0; i < Rounds && sweepAdopted([](int) { return false; }) > 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

} // namespace baton::supervise
