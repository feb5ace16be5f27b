#include "client/os/NetworkFilter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace baton::os {
namespace {

constexpr std::uint32_t NoSocket = SECCOMP_RET_ERRNO | EACCES;
constexpr std::uint32_t NoSuchCall = SECCOMP_RET_ERRNO | ENOSYS;

// The same calls with another mark on them, on x86-64.
constexpr std::uint32_t ShortPointers = 0x4000'0000;

// A program of the same machine with 32 bits: its calls have other numbers, and more than one of them makes a socket.
#if defined(__x86_64__)
constexpr std::array<std::uint32_t, 3> Smaller{AUDIT_ARCH_I386, 359, 102};
#else
constexpr std::array<std::uint32_t, 3> Smaller{AUDIT_ARCH_ARM, 281, 102};
#endif

using Filter = std::vector<sock_filter>;

void load(Filter& filter, std::uint32_t offset) { filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
void give(Filter& filter, std::uint32_t answer) { filter.push_back(BPF_STMT(BPF_RET | BPF_K, answer)); }

// Goes on behind the next `yes` or `no` instructions.
void ifIs(Filter& filter, std::uint32_t value, std::uint8_t yes, std::uint8_t no)
{
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no));
}

} // namespace

std::vector<sock_filter> filterWithoutNetwork()
{
    Filter filter;
    load(filter, offsetof(seccomp_data, arch));
    ifIs(filter, Smaller[0], 0, 5);
    load(filter, offsetof(seccomp_data, nr));
    ifIs(filter, Smaller[1], 1, 0);
    ifIs(filter, Smaller[2], 0, 1);
    give(filter, NoSocket);
    give(filter, SECCOMP_RET_ALLOW);

    load(filter, offsetof(seccomp_data, nr));
    filter.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~ShortPointers));
    ifIs(filter, static_cast<std::uint32_t>(SYS_io_uring_setup), 0, 1);
    give(filter, NoSuchCall);
    ifIs(filter, static_cast<std::uint32_t>(SYS_socket), 0, 4);
    load(filter, offsetof(seccomp_data, args));
    ifIs(filter, AF_UNIX, 2, 0);
    ifIs(filter, AF_NETLINK, 1, 0);
    give(filter, NoSocket);
    give(filter, SECCOMP_RET_ALLOW);
    return filter;
}

} // namespace baton::os
