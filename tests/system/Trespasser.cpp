// A release that tries, while it is tried out, what no try-out is to do: REPORT KIND…, a line an attempt in REPORT. It
// ends with 1, so nobody runs it as a program; what it left running writes its pid into REPORT.pid.
// SPDX-License-Identifier: Apache-2.0
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;

// Where it is: in the try-out of the Baton that has this state directory.
struct Place {
    fs::path scratch;
    fs::path state;
    fs::path self; ///< its own executable
    std::string report;
    bool hasDescriptors; ///< beside the standard ones, when it was started
};

struct Attempt {
    const char* kind;
    const char* name;
    bool (*succeeds)(const Place& place);
};

bool opens(const fs::path& path, int flags) { return ::open(path.c_str(), flags | O_CLOEXEC, 0644) >= 0; }

bool hasSocket(int family, int kind) { return ::socket(family, kind, 0) >= 0; }

bool hasVariable(std::string_view beginning, std::string_view butNot = "=")
{
    for (char** one = environ; *one != nullptr; ++one)
        if (std::string_view(*one).starts_with(beginning) && !std::string_view(*one).starts_with(butNot)) return true;
    return false;
}

bool hasDescriptors()
{
    constexpr int Most = 1024;
    for (int fd = 3; fd < Most; ++fd)
        if (::fcntl(fd, F_GETFD) >= 0) return true;
    return false;
}

// Whether Baton says anything to whoever sends it that line.
bool isAnswered(const Place& place, std::string_view line)
{
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (place.state / "control.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
    ::send(socket, line.data(), line.size(), MSG_NOSIGNAL);
    char byte = 0;
    return ::recv(socket, &byte, 1, 0) == 1;
}

bool isDoneByAChild(const std::function<bool()>& deed)
{
    const auto child = ::fork();
    if (child == 0) ::_exit(deed() ? 0 : 1);
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool hasCapability()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> has{};
    return ::syscall(SYS_capget, &header, has.data()) != 0 ||
           std::any_of(has.begin(), has.end(), [](const auto& word) { return word.permitted != 0; });
}

bool takes(std::size_t bytes)
{
    return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

constexpr std::size_t MoreThanItMay = 2'000'000'000;

constexpr std::array Attempts{
    // What Baton keeps, where Baton is root's.
    Attempt{"store", "writesTheState", [](const Place& place) { return opens(place.state / "state.json", O_WRONLY); }},
    Attempt{"store", "makesAState", [](const Place& place) { return opens(place.state / "new", O_WRONLY | O_CREAT); }},
    Attempt{"store", "replacesTheState",
            [](const Place& place) {
                opens(place.scratch / "state", O_WRONLY | O_CREAT);
                return ::rename((place.scratch / "state").c_str(), (place.state / "state.json").c_str()) == 0;
            }},
    Attempt{"store", "addsARelease",
            [](const Place& place) { return ::mkdir((place.state / "releases/9.9.9").c_str(), 0755) == 0; }},
    Attempt{"store", "changesItself", [](const Place& place) { return ::chmod(place.self.c_str(), 04755) == 0; }},
    Attempt{"store", "leavesAFileBesideItself",
            [](const Place& place) { return opens(place.self.parent_path() / "new", O_WRONLY | O_CREAT); }},
    Attempt{"store", "saysWhichReleaseIsCurrent",
            [](const Place& place) { return ::unlink((place.state / "current").c_str()) == 0; }},
    Attempt{"store", "addsADownload",
            [](const Place& place) { return opens(place.state / "downloads/new", O_WRONLY | O_CREAT); }},
    Attempt{"store", "forgetsTheDownload",
            [](const Place& place) { return ::unlink((place.state / "downloads/attempt.json").c_str()) == 0; }},
    Attempt{"store", "writesTheHistory",
            [](const Place& place) { return opens(place.state / "history.jsonl", O_WRONLY | O_CREAT | O_APPEND); }},
    Attempt{"store", "takesTheControlSocketAway",
            [](const Place& place) { return ::unlink((place.state / "control.sock").c_str()) == 0; }},
    Attempt{"store", "opensTheStateToAll", [](const Place& place) { return ::chmod(place.state.c_str(), 0777) == 0; }},
    Attempt{"store", "givesTheStateAway",
            [](const Place& place) { return ::chown(place.state.c_str(), 65534, 65534) == 0; }},

    // Orders to Baton.
    Attempt{"any", "asksForTheStatus", [](const Place& place) { return isAnswered(place, "status\n"); }},
    Attempt{"any", "asksForAWayBack", [](const Place& place) { return isAnswered(place, "rollback\n"); }},
    Attempt{"any", "asksByAChild",
            [](const Place& place) { return isDoneByAChild([&] { return isAnswered(place, "status\n"); }); }},
    Attempt{"any", "asksByAGrandchild",
            [](const Place& place) {
                return isDoneByAChild([&] {
                    ::setsid();
                    return isDoneByAChild([&] { return isAnswered(place, "status\n"); });
                });
            }},

    // The network, with --try-network no.
    Attempt{"any", "opensIpv4", [](const Place&) { return hasSocket(AF_INET, SOCK_STREAM); }},
    Attempt{"any", "opensIpv6", [](const Place&) { return hasSocket(AF_INET6, SOCK_STREAM); }},
    Attempt{"any", "asksANameServer", [](const Place&) { return hasSocket(AF_INET, SOCK_DGRAM); }},
    Attempt{"any", "readsWhatPassesTheWire", [](const Place&) { return hasSocket(AF_PACKET, SOCK_RAW); }},
    Attempt{"any", "opensASocketOfVirtualMachines", [](const Place&) { return hasSocket(AF_VSOCK, SOCK_STREAM); }},
    Attempt{"any", "opensASocketInAChild",
            [](const Place&) { return isDoneByAChild([] { return hasSocket(AF_INET, SOCK_STREAM); }); }},
    Attempt{"any", "makesARingOfCalls",
            [](const Place&) { return ::syscall(SYS_io_uring_setup, 1, nullptr) >= 0 || errno == EFAULT; }},

    // Memory, with --try-memory.
    Attempt{"any", "takesMoreMemory", [](const Place&) { return takes(MoreThanItMay); }},
    Attempt{"any", "takesMoreMemoryInAChild",
            [](const Place&) { return isDoneByAChild([] { return takes(MoreThanItMay); }); }},

    // What it was given.
    Attempt{"any", "hasADescriptor", [](const Place& place) { return place.hasDescriptors; }},
    Attempt{"any", "readsTheStandardInput",
            [](const Place&) {
                char byte = 0;
                return ::read(0, &byte, 1) != 0;
            }},
    Attempt{"any", "knowsOfListeners", [](const Place&) { return hasVariable("LISTEN_"); }},
    Attempt{"any", "knowsWhereReadinessIsSaid", [](const Place&) { return hasVariable("NOTIFY_SOCKET="); }},
    Attempt{"any", "knowsAWatchdog", [](const Place&) { return hasVariable("WATCHDOG_"); }},
    Attempt{"any", "knowsWhatBatonIsTold", [](const Place&) { return hasVariable("BATON_", "BATON_TRIED="); }},

    // More rights, where it has none of root's.
    Attempt{"user", "hasACapability", [](const Place&) { return hasCapability(); }},
    Attempt{"user", "becomesRoot", [](const Place&) { return ::setuid(0) == 0; }},
    Attempt{"user", "becomesRootsGroup", [](const Place&) { return ::setgid(0) == 0; }},
    Attempt{"user", "readsTheShadowedPasswords", [](const Place&) { return opens("/etc/shadow", O_RDONLY); }},
    Attempt{"user", "mounts",
            [](const Place& place) { return ::mount("none", place.scratch.c_str(), "tmpfs", 0, nullptr) == 0; }},
    Attempt{"user", "makesADevice",
            [](const Place& place) { return ::mknod((place.scratch / "null").c_str(), S_IFCHR | 0666, 0x103) == 0; }},
    Attempt{"user", "raisesItsMemory",
            [](const Place&) {
                const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
                return ::setrlimit(RLIMIT_DATA, &all) == 0;
            }},
    Attempt{"user", "gainsRightsBySetuid", [](const Place&) { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1; }},
};

// Away from its group and its session, and from its parents too.
void leavesSomethingRunning(const std::string& report)
{
    if (::fork() != 0) return;
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    const auto pid = std::to_string(::getpid());
    std::ofstream(report + ".pid.new") << pid;
    fs::rename(report + ".pid.new", report + ".pid");
    for (;;) ::pause();
}

} // namespace

int main(int count, char** words)
{
    if (count < 3) return 64;
    const fs::path scratch = std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "";
    const Place place{scratch, scratch.parent_path(), fs::read_symlink("/proc/self/exe"), words[1], hasDescriptors()};
    std::ofstream report(place.report);
    for (const auto& attempt : Attempts) {
        const bool isWanted = std::any_of(words + 2, words + count,
                                          [&](const char* kind) { return std::strcmp(kind, attempt.kind) == 0; });
        if (isWanted) report << attempt.name << (attempt.succeeds(place) ? " succeeds" : " is refused") << std::endl;
    }
    leavesSomethingRunning(place.report);
    while (!fs::exists(place.report + ".pid")) ::usleep(1000);
    return 1;
}
