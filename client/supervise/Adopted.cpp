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
#include <utility>

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

std::optional<Whose> whoseIs(pid_t pid)
{
    if (auto program = os::environmentOf(pid, TryOutMark)) return Whose{std::move(*program), TryOutNumber};
    const auto text = os::environmentOf(pid, "BATON_GENERATION");
    const auto number = text ? parseNumber(*text) : std::nullopt;
    if (!number || *number > std::numeric_limits<int>::max()) return std::nullopt;
    return Whose{os::environmentOf(pid, "BATON_PROGRAM").value_or(std::string()), static_cast<int>(*number)};
}

bool belongsTo(pid_t pid, pid_t first, const Whose& whose)
{
    const auto child = childAbove(pid);
    if (!child) return false;
    return *child == first || (!os::Child::isKnown(*child) && whoseIs(*child) == whose);
}

std::vector<pid_t> adoptedOf(const Whose& whose)
{
    auto found = adopted();
    std::erase_if(found, [&](pid_t pid) { return whoseIs(pid) != whose; });
    return found;
}

void killAdoptedOf(const Whose& whose)
{
    for (const auto pid : adoptedOf(whose)) ::kill(pid, SIGKILL); // Ours to reap: the pid is its own.
}

int sweepAdopted(const Sweep& sweep)
{
    int killed = 0;
    for (const auto pid : adopted()) {
        if (sweep.awaited(pid)) continue;
        if (::waitpid(pid, nullptr, WNOHANG) == pid) continue;
        const auto whose = whoseIs(pid);
        if (whose && !sweep.lives(*whose) && ::kill(pid, SIGKILL) == 0) ++killed; // Not reaped: the pid is its own.
    }
    return killed;
}

void endAdopted()
{
    constexpr int Rounds = 50;
    const Sweep all{[](const Whose&) { return false; }, [](pid_t) { return false; }};
    for (int i = 0; i < Rounds && sweepAdopted(all) > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

} // namespace baton::supervise
