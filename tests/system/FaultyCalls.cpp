// Preloaded into Baton's supervisor by a test: makes system calls fail while the test's file says so.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/FaultyOrder.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using baton::system::FaultyOrder;

// Only the supervisor is to suffer; others inherit the variable.
bool isSupervisor()
{
    char name[32] = {};
    const int comm = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, "/proc/self/comm", O_RDONLY | O_CLOEXEC, 0));
    if (comm < 0) return false;
    const auto length = ::syscall(SYS_read, comm, name, sizeof name - 1);
    ::syscall(SYS_close, comm);
    return length > 0 && std::strncmp(name, "baton-superviso", 15) == 0;
}

FaultyOrder* findOrder()
{
    const char* path = std::getenv("FAULTY_CALLS");
    if (path == nullptr || !isSupervisor()) return nullptr;
    const int file = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0));
    if (file < 0) return nullptr;
    void* mapped = ::mmap(nullptr, sizeof(FaultyOrder), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::syscall(SYS_close, file);
    return mapped == MAP_FAILED ? nullptr : static_cast<FaultyOrder*>(mapped);
}

// `path`: of the call; nothing where it has to do with none.
bool isMeant(FaultyOrder& order, const char* path)
{
    bool any = false;
    for (auto& one : order.paths) {
        if (one.isOn == 0) continue;
        any = true;
        if (path == nullptr || std::strstr(path, one.part.data()) == nullptr) continue;
        if (one.passed == 0) return true;
        --one.passed; // One thread asks.
        return false;
    }
    return !any;
}

bool fails(const char* call, const char* path = nullptr)
{
    static FaultyOrder* const Ordered = findOrder();
    if (Ordered == nullptr || Ordered->error == 0 || std::strcmp(Ordered->call.data(), call) != 0) return false;
    if (!isMeant(*Ordered, path)) return false;
    ++Ordered->failed;
    errno = Ordered->error;
    return true;
}

bool fails(const char* call, int fd)
{
    char link[32];
    char path[4096] = {};
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return fails(call, ::syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1) > 0 ? path : nullptr);
}

template <typename Function>
Function* next(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

int pipe2(int* ends, int flags) noexcept
{
    return fails("pipe2") ? -1 : static_cast<int>(::syscall(SYS_pipe2, ends, flags));
}

int socket(int domain, int type, int protocol) noexcept
{
    return fails("socket") ? -1 : static_cast<int>(::syscall(SYS_socket, domain, type, protocol));
}

int socketpair(int domain, int type, int protocol, int* ends) noexcept
{
    return fails("socketpair") ? -1 : next<int(int, int, int, int*)>("socketpair")(domain, type, protocol, ends);
}

pid_t fork() noexcept { return fails("fork") ? -1 : next<pid_t()>("fork")(); }

int fsync(int fd) { return fails("fsync", fd) ? -1 : next<int(int)>("fsync")(fd); }

int fdatasync(int fd) { return fails("fsync", fd) ? -1 : next<int(int)>("fdatasync")(fd); }

ssize_t write(int fd, const void* bytes, size_t length)
{
    struct stat about {};
    // The words to a child's pipe are no write to the disk.
    if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && fd > STDERR_FILENO && fails("write", fd)) return -1;
    return next<ssize_t(int, const void*, size_t)>("write")(fd, bytes, length);
}

int rename(const char* from, const char* to) noexcept
{
    return fails("rename", from) ? -1 : next<int(const char*, const char*)>("rename")(from, to);
}

int open(const char* path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (fails("open", path) || ((flags & O_CREAT) != 0 && fails("create", path))) return -1;
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int fcntl(int fd, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    auto* const argument = va_arg(rest, void*);
    va_end(rest);
    if (command == F_DUPFD_CLOEXEC && fails("dup")) return -1;
    return next<int(int, int, void*)>("fcntl64")(fd, command, argument);
}

long syscall(long number, ...) noexcept
{
    va_list rest;
    va_start(rest, number);
    long words[6];
    for (auto& word : words) word = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_pidfd_open && fails("pidfd_open")) return -1;
    return next<long(long, ...)>("syscall")(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

} // extern "C"
