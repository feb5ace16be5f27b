#include "client/os/ProcessTable.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/syscall.h>

#include <cerrno>
#include <system_error>

namespace baton::os {
namespace {

// Field `wanted` of /proc/PID/stat, counted from 3 (the state): the second, the name, may hold anything.
std::optional<std::string> statField(pid_t pid, std::size_t wanted)
{
    std::optional<std::string> text;
    try {
        text = readWhole("/proc/" + std::to_string(pid) + "/stat");
    } catch (const std::system_error&) {
        return std::nullopt; // It ended while we read.
    }
    if (!text) return std::nullopt;
    const auto name = text->rfind(") ");
    if (name == std::string::npos) return std::nullopt;
    const auto fields = split(std::string_view(*text).substr(name + 2), ' ');
    if (fields.size() <= wanted - 3 || fields.front() == "Z" || fields.front() == "X") return std::nullopt;
    return std::string(fields[wanted - 3]);
}

} // namespace

std::optional<std::uint64_t> startTicksOf(pid_t pid)
{
    const auto field = statField(pid, 22);
    const auto number = field ? parseNumber(*field) : std::nullopt;
    return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

std::optional<pid_t> parentOf(pid_t pid)
{
    const auto field = statField(pid, 4);
    const auto number = field ? parseNumber(*field) : std::nullopt;
    return number ? std::optional(static_cast<pid_t>(*number)) : std::nullopt;
}

bool descendsFrom(pid_t pid, pid_t ancestor)
{
    constexpr int Deepest = 64;
    for (int depth = 0; depth < Deepest && pid > 1; ++depth) {
        if (pid == ancestor) return true;
        pid = parentOf(pid).value_or(0);
    }
    return false;
}

std::string bootId()
{
    auto text = readWhole("/proc/sys/kernel/random/boot_id").value_or(std::string());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::optional<UniqueFd> openProcess(pid_t pid, std::uint64_t startTicks, const std::string& boot)
{
    if (pid <= 1 || boot != bootId()) return std::nullopt;
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return std::nullopt;
    if (startTicksOf(pid) != startTicks) return std::nullopt; // Asked after the open: the pidfd cannot change hands.
    return pidfd;
}

void signalProcess(int pidfd, int number)
{
    if (::syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0) != 0 && errno != ESRCH)
        fail("send signal " + std::to_string(number));
}

std::optional<UniqueFd> borrowDescriptor(int pidfd, int fd)
{
    UniqueFd borrowed(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, fd, 0)));
    if (!borrowed) return std::nullopt;
    return borrowed; // pidfd_getfd sets FD_CLOEXEC.
}

} // namespace baton::os
