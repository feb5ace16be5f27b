#include "client/os/ProcessTable.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/syscall.h>

#include <signal.h>

#include <cerrno>
#include <system_error>

namespace baton::os {
namespace {

// Field `wanted` of /proc/PID/stat, counted from 3 (the state): the second, the name, may hold anything.
std::optional<std::string> statField(pid_t pid, std::size_t wanted, bool evenEnded)
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
    if (fields.size() <= wanted - 3) return std::nullopt;
    if (!evenEnded && (fields.front() == "Z" || fields.front() == "X")) return std::nullopt;
    return std::string(fields[wanted - 3]);
}

// Empty too if it cannot be read: the process ended meanwhile, or is another user's.
std::string readAtMost(const std::string& path)
try {
    constexpr std::size_t Longest = 4 * 1024 * 1024;
    return readWhole(path, Longest).value_or(std::string());
} catch (const std::system_error&) {
    return {};
}

} // namespace

std::optional<std::uint64_t> startTicksOf(pid_t pid)
{
    const auto field = statField(pid, 22, false);
    const auto number = field ? parseNumber(*field) : std::nullopt;
    return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

std::optional<pid_t> parentOf(pid_t pid)
{
    const auto field = statField(pid, 4, true);
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

std::vector<pid_t> childrenOf(pid_t pid)
{
    std::vector<pid_t> children;
    const auto of = std::to_string(pid);
    const auto text = readAtMost("/proc/" + of + "/task/" + of + "/children");
    for (const auto word : split(text, ' '))
        if (const auto child = parseNumber(word)) children.push_back(static_cast<pid_t>(*child));
    return children;
}

std::optional<std::string> environmentOf(pid_t pid, std::string_view name)
{
    const auto text = readAtMost("/proc/" + std::to_string(pid) + "/environ");
    for (const auto variable : split(text, '\0'))
        if (variable.starts_with(name) && variable.substr(name.size()).starts_with('='))
            return std::string(variable.substr(name.size() + 1));
    return std::nullopt;
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

std::optional<UniqueFd> openProcess(pid_t pid)
{
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd || !startTicksOf(pid)) return std::nullopt;
    return pidfd;
}

std::optional<pid_t> pidOf(int pidfd)
{
    constexpr std::string_view Label = "Pid:\t";
    const auto text = readAtMost("/proc/self/fdinfo/" + std::to_string(pidfd));
    for (const auto line : split(text, '\n'))
        if (line.starts_with(Label)) {
            const auto number = parseNumber(line.substr(Label.size())); // -1, 0: gone, or of another namespace
            return number && *number > 0 ? std::optional(static_cast<pid_t>(*number)) : std::nullopt;
        }
    return std::nullopt;
}

void signalProcess(int pidfd, const Signal& signal)
{
    siginfo_t info{};
    info.si_signo = signal.number;
    info.si_code = SI_QUEUE;
    info.si_pid = ::getpid();
    info.si_uid = ::getuid();
    info.si_value.sival_ptr = reinterpret_cast<void*>(signal.value.value_or(0)); // NOLINT(performance-no-int-to-ptr)
    auto* const with = signal.value ? &info : nullptr;
    if (::syscall(SYS_pidfd_send_signal, pidfd, signal.number, with, 0) != 0 && errno != ESRCH)
        fail("send signal " + std::to_string(signal.number));
}

bool isReaped(int pidfd) { return ::syscall(SYS_pidfd_send_signal, pidfd, 0, nullptr, 0) != 0 && errno == ESRCH; }

bool isSameFile(int left, int right)
{
    constexpr int CompareFiles = 0; // KCMP_FILE
    return ::syscall(SYS_kcmp, ::getpid(), ::getpid(), CompareFiles, left, right) == 0;
}

std::optional<UniqueFd> borrowDescriptor(int pidfd, int fd)
{
    UniqueFd borrowed(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, fd, 0)));
    if (!borrowed) return std::nullopt;
    return borrowed; // pidfd_getfd sets FD_CLOEXEC.
}

} // namespace baton::os
