#include "client/os/CallFilter.h"

#include "client/os/Errors.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

namespace baton::os {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t Architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t Architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t Architecture = 0;
#endif

// Nothing here opens a connection, starts a process, reaches another one, or changes who this one is.
constexpr std::array Common
{
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_lseek, SYS_close, SYS_dup, SYS_dup3,
        SYS_fcntl, SYS_flock, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_fstatfs, SYS_faccessat,
        SYS_getdents64, SYS_getcwd, SYS_readlinkat, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_ftruncate,
        SYS_fallocate, SYS_fadvise64, SYS_fsync, SYS_fdatasync, SYS_copy_file_range, SYS_munmap, SYS_mremap,
        SYS_madvise, SYS_brk, SYS_membarrier, SYS_futex, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
        SYS_sigaltstack, SYS_restart_syscall, SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep,
        SYS_gettimeofday, SYS_getrandom, SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid,
        SYS_getegid, SYS_getrusage, SYS_getrlimit, SYS_uname, SYS_sysinfo, SYS_sched_yield, SYS_sched_getaffinity,
        SYS_set_robust_list, SYS_ppoll, SYS_exit, SYS_exit_group,
#if defined(__x86_64__) // Where the older forms of the same still exist.
        SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_unlink, SYS_rename, SYS_dup2, SYS_getdents, SYS_time,
        SYS_poll,
#endif
#if defined(SYS_faccessat2)
        SYS_faccessat2,
#endif
#if defined(SYS_rseq)
        SYS_rseq,
#endif
};

// Of a process that makes whole trees of files.
constexpr std::array OfTrees
{
    SYS_openat, SYS_close_range, SYS_preadv, SYS_pwritev, SYS_mkdirat, SYS_symlinkat, SYS_fchmod, SYS_fchmodat,
        SYS_fchown, SYS_utimensat, SYS_umask, SYS_sync_file_range, SYS_sendfile, SYS_tgkill,
#if defined(__x86_64__)
        SYS_open, SYS_mkdir, SYS_rmdir, SYS_symlink, SYS_chmod,
#endif
#if defined(SYS_openat2)
        SYS_openat2,
#endif
};

// Of a process that asks others. None of these makes a socket, or waits for somebody to connect.
constexpr std::array OfNetwork
{
    SYS_connect, SYS_bind, SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt, SYS_shutdown, SYS_sendto,
        SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_pselect6, SYS_epoll_create1,
        SYS_epoll_ctl, SYS_epoll_pwait, SYS_eventfd2, SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime,
        SYS_set_tid_address,
#if defined(__x86_64__)
        SYS_select, SYS_epoll_create, SYS_epoll_wait,
#endif
};

// Of a process that answers who connects to a socket that it was given.
constexpr std::array OfAnswering
{
    SYS_accept4, SYS_getsockopt, SYS_setsockopt, SYS_shutdown, SYS_recvfrom, SYS_epoll_create1, SYS_epoll_ctl,
        SYS_epoll_pwait,
#if defined(__x86_64__)
        SYS_epoll_wait,
#endif
};

// The lower half of an argument: both machines are little endian.
constexpr std::uint32_t argument(std::size_t number)
{
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + number * sizeof(std::uint64_t));
}

using Filter = std::vector<sock_filter>;

void load(Filter& filter, std::uint32_t offset) { filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
void give(Filter& filter, std::uint32_t answer) { filter.push_back(BPF_STMT(BPF_RET | BPF_K, answer)); }

constexpr std::uint32_t Refuse = SECCOMP_RET_ERRNO | ENOSYS;

// Memory is had, but none that can be executed.
void allowWithoutExecution(Filter& filter, long number)
{
    constexpr std::size_t Protection = 2; // of mmap and of mprotect
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 4));
    load(filter, argument(Protection));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0));
    give(filter, SECCOMP_RET_ALLOW);
    give(filter, SECCOMP_RET_ERRNO | EACCES);
}

// To this process itself: a limit of its own is read, but for none of others.
void allowForItself(Filter& filter, long number)
{
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 4));
    load(filter, argument(0));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1));
    give(filter, SECCOMP_RET_ALLOW);
    give(filter, Refuse);
}

// The log may be a socket: what is connected already is written to, and nobody else.
void allowToWhoIsConnected(Filter& filter, long number)
{
    constexpr std::size_t Address = 4;
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 6));
    load(filter, argument(Address));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3));
    load(filter, argument(Address) + static_cast<std::uint32_t>(sizeof(std::uint32_t)));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1));
    give(filter, SECCOMP_RET_ALLOW);
    give(filter, Refuse);
}

template <std::size_t N>
void allow(Filter& filter, const std::array<int, N>& calls)
{
    for (const auto number : calls) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
        give(filter, SECCOMP_RET_ALLOW);
    }
}

// Only where this argument is one of those values.
template <std::size_t N>
void allowOnly(Filter& filter, long number, std::size_t which, const std::array<std::uint32_t, N>& values,
               std::uint32_t otherwise = Refuse)
{
    const auto length = static_cast<std::uint8_t>(2 + 2 * N);
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, length));
    load(filter, argument(which));
    for (const auto value : values) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
        give(filter, SECCOMP_RET_ALLOW);
    }
    give(filter, otherwise);
}

// Only where this argument has one of the bits, or none of them.
enum class Bits { Without, With };

void allowBits(Filter& filter, long number, std::size_t which, std::uint32_t bits, Bits bit)
{
    constexpr std::uint32_t NotThus = SECCOMP_RET_ERRNO | EPERM;
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 4));
    load(filter, argument(which));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
    give(filter, bit == Bits::With ? SECCOMP_RET_ALLOW : NotThus);
    give(filter, bit == Bits::With ? NotThus : SECCOMP_RET_ALLOW);
}

// The kernel's routing table says which addresses this machine has; its other books are nobody's here.
void allowSockets(Filter& filter)
{
    constexpr std::size_t Protocol = 2;
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(SYS_socket), 0, 12));
    load(filter, argument(0));
    for (const auto family : std::array<std::uint32_t, 3>{AF_UNIX, AF_INET, AF_INET6}) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, family, 0, 1));
        give(filter, SECCOMP_RET_ALLOW);
    }
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3));
    load(filter, argument(Protocol));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_ROUTE, 0, 1));
    give(filter, SECCOMP_RET_ALLOW);
    give(filter, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
}

Filter beginning()
{
    Filter filter;
    load(filter, offsetof(seccomp_data, arch));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, Architecture, 1, 0));
    give(filter, SECCOMP_RET_KILL_PROCESS); // The same number means another call there.
    load(filter, offsetof(seccomp_data, nr));
    allow(filter, Common);
    allowWithoutExecution(filter, SYS_mmap);
    allowWithoutExecution(filter, SYS_mprotect);
    allowForItself(filter, SYS_prlimit64);
    return filter;
}

Filter filterOfFileCalls()
{
    auto filter = beginning();
    allow(filter, OfTrees);
    allowToWhoIsConnected(filter, SYS_sendto);
    // Whether a stream is a terminal is asked of everything, and only that.
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(SYS_ioctl), 0, 1));
    give(filter, SECCOMP_RET_ERRNO | ENOTTY);
    give(filter, Refuse);
    return filter;
}

Filter filterOfNetworkCalls()
{
    constexpr std::uint32_t SetIds = S_ISUID | S_ISGID;
    auto filter = beginning();
    allow(filter, OfNetwork);
    allowSockets(filter);
    allowOnly(filter, SYS_ioctl, 1, std::array<std::uint32_t, 2>{FIONREAD, FIONBIO}, SECCOMP_RET_ERRNO | ENOTTY);
    allowOnly(filter, SYS_tgkill, 0, std::array<std::uint32_t, 1>{static_cast<std::uint32_t>(::getpid())});
    allowBits(filter, SYS_clone, 0, CLONE_THREAD, Bits::With); // clone3 is unknown here, so that all come this way.
    allowBits(filter, SYS_openat, 3, SetIds, Bits::Without);
#if defined(__x86_64__)
    allowBits(filter, SYS_open, 2, SetIds, Bits::Without);
#endif
    give(filter, Refuse);
    return filter;
}

Filter filterOfAnsweringCalls()
{
    constexpr std::size_t Flags = 2; // of openat; 1 of open
    constexpr std::uint32_t ToWrite = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    auto filter = beginning();
    allow(filter, OfAnswering);
    allowToWhoIsConnected(filter, SYS_sendto);
    allowBits(filter, SYS_openat, Flags, ToWrite, Bits::Without);
#if defined(__x86_64__)
    allowBits(filter, SYS_open, Flags - 1, ToWrite, Bits::Without);
#endif
    give(filter, Refuse);
    return filter;
}

std::string takeOn(Filter (*make)())
try {
    if (Architecture == 0) return "there is no list of system calls for this machine's architecture";
    auto filter = make();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    check(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "take on a filter of system calls");
    return {};
} catch (const std::system_error& error) {
    return error.what();
}

} // namespace

std::string allowFileCallsAlone() { return takeOn(&filterOfFileCalls); }
std::string allowAnsweringCalls() { return takeOn(&filterOfAnsweringCalls); }
std::string allowNetworkCalls() { return takeOn(&filterOfNetworkCalls); }

} // namespace baton::os
