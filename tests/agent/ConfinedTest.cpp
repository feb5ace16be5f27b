// The agent's confinement, from inside: what it needs works, and what it has no use for is refused.
#include "client/agent/Confined.h"

#include "client/os/Files.h"
#include "client/os/UniqueFd.h"
#include "tests/support/ForbiddenDeeds.h"
#include "tests/support/Localhost.h"
#include "tests/support/Loopback.h"

#include <linux/netlink.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <ifaddrs.h>
#include <netdb.h>

#include <array>
#include <atomic>
#include <thread>

namespace baton::agent {
namespace {

namespace fs = std::filesystem;
using testing::Deed;
using testing::ForbiddenToAll;
using testing::Ground;
using testing::hasAllLayers;
using testing::hasSocket;
using testing::loopback;
using testing::opens;

bool isBound(int socket)
{
    const auto address = loopback();
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

struct Confined : testing::ConfinedTest {
    Confined()
    {
        store.create();
        os::writeDurably(store.stateFile(), "{}");
        os::writeDurably(store.downloads() / "inside", "x");
    }

    int inside(const std::function<int()>& deed) const
    {
        return testing::inside([this] { confineTo(store); }, deed);
    }

    store::Store store{directory.path() / "state"};
};

const std::array ForbiddenToAnAgent{
    Deed{"readsTheShadowedPasswords", [](const Ground&) { return opens("/etc/shadow", O_RDONLY); }},
    Deed{"listsTheConfiguration", [](const Ground&) { return opens("/etc", O_RDONLY | O_DIRECTORY); }},
    Deed{"writesARelease",
         [](const Ground& ground) { return opens(ground.others / "releases/x", O_WRONLY | O_CREAT); }},
    Deed{"makesADirectoryOfReleases",
         [](const Ground& ground) { return ::mkdir((ground.others / "releases/.new-x").c_str(), 0700) == 0; }},
    Deed{"writesTheHistory",
         [](const Ground& ground) { return opens(ground.others / "history.jsonl", O_WRONLY | O_CREAT); }},
    Deed{"writesWhereNamesAreLookedUp", [](const Ground&) { return opens("/etc/hosts", O_WRONLY); }},
    Deed{"listsPrivateKeys", [](const Ground&) { return opens("/etc/ssl/private", O_RDONLY | O_DIRECTORY); }},
    Deed{"addsACertificate", [](const Ground&) { return opens("/etc/ssl/certs/new.pem", O_WRONLY | O_CREAT); }},
    Deed{"makesALinkAmongTheDownloads",
         [](const Ground& ground) { return ::symlink("/etc/passwd", (ground.own / "link").c_str()) == 0; }},
    Deed{"makesADirectoryAmongTheDownloads",
         [](const Ground& ground) { return ::mkdir((ground.own / "directory").c_str(), 0700) == 0; }},
    Deed{"makesASetuidProgram",
         [](const Ground& ground) { return opens(ground.own / "root", O_WRONLY | O_CREAT, 04755); }},
    Deed{"changesAMode", [](const Ground& ground) { return ::chmod((ground.own / "inside").c_str(), 04755) == 0; }},
    Deed{"changesAModeElsewhere", [](const Ground& ground) { return ::chmod(ground.secret.c_str(), 0666) == 0; }},
    Deed{"changesAnOwner", [](const Ground& ground) { return ::chown(ground.secret.c_str(), 65534, 65534) == 0; }},
    Deed{"listensOnTcp",
         [](const Ground&) {
             const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
             return isBound(socket) && ::listen(socket, 1) == 0;
         }},
    Deed{"listensWithoutAnAddress", [](const Ground&) { return ::listen(::socket(AF_INET, SOCK_STREAM, 0), 1) == 0; }},
    Deed{"listensOnAUnixSocket",
         [](const Ground& ground) {
             const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
             sockaddr_un address{};
             address.sun_family = AF_UNIX;
             (ground.own / "s").string().copy(address.sun_path, sizeof address.sun_path - 1);
             return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
         }},
    Deed{"readsWhatPassesTheWire", [](const Ground&) { return hasSocket(AF_PACKET, SOCK_RAW); }},
    Deed{"talksToTheKernelsAuditor", [](const Ground&) { return hasSocket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT); }},
    Deed{"talksToTheKernelsFirewall", [](const Ground&) { return hasSocket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER); }},
    Deed{"opensASocketOfVirtualMachines", [](const Ground&) { return hasSocket(AF_VSOCK, SOCK_STREAM); }},
    Deed{"signalsAThreadOfItsParent",
         [](const Ground&) { return ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0) == 0; }},
    Deed{"readsTheMemoryOfItsParent",
         [](const Ground& ground) {
             char byte = 0;
             iovec ours{&byte, 1};
             iovec theirs{const_cast<Ground*>(&ground), 1}; // A copy of the parent has it at the same place.
             return ::process_vm_readv(::getppid(), &ours, 1, &theirs, 1, 0) == 1;
         }},
    Deed{"makesAMemoryFile", [](const Ground&) { return ::memfd_create("x", 0) >= 0; }},
    Deed{"makesARingOfCalls",
         [](const Ground&) { return ::syscall(SYS_io_uring_setup, 1, nullptr) >= 0 || errno == EFAULT; }},
    Deed{"countsEvents",
         [](const Ground&) { return ::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0) >= 0 || errno == EFAULT; }},
};

TEST_F(Confined, RefusesWhatAnAgentNeverDoes)
{
    static_assert(ForbiddenToAll.size() + ForbiddenToAnAgent.size() >= 40);
    expectRefused([this] { confineTo(store); }, ForbiddenToAnAgent, store.downloads(), store.root());
}

TEST_F(Confined, KeepsItsFilesAndReadsTheState)
{
    const auto code = inside([&] {
        os::writeDurably(store.downloads() / "outbox.json", "{}");
        const bool reads = os::readWhole(store.stateFile()) == "{}" && store.installed().empty();
        store.forgetAttempt();
        return reads && fs::exists(store.downloads() / "outbox.json") ? 0 : 1;
    });

    EXPECT_EQ(code, 0);
}

TEST_F(Confined, LooksUpNamesAndTheMachinesAddresses)
{
    if (!testing::knowsLocalhost()) GTEST_SKIP() << "NOT RUN: localhost has no address here; is there an /etc/hosts?";
    const auto code = inside([] {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_ADDRCONFIG;
        addrinfo* list = nullptr;
        if (::getaddrinfo("localhost", "80", &hints, &list) != 0) return 1;
        ::freeaddrinfo(list);
        ifaddrs* addresses = nullptr;
        if (::getifaddrs(&addresses) != 0) return 2;
        ::freeifaddrs(addresses);
        return 0;
    });

    EXPECT_EQ(code, 0);
}

TEST_F(Confined, AsksANameServer)
{
    const os::UniqueFd server(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_TRUE(isBound(server.get()));
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ASSERT_EQ(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);

    const auto code = inside([&] {
        const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
        if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
        return ::send(socket, "who", 3, 0) == 3 ? 0 : 2;
    });

    EXPECT_EQ(code, 0);
    char heard[4]{}; // NOLINT(modernize-avoid-c-arrays)
    EXPECT_EQ(::recv(server.get(), heard, sizeof heard, MSG_DONTWAIT), 3);
}

TEST_F(Confined, StartsThreads)
{
    const auto code = inside([] {
        std::atomic<int> worked{0};
        std::array<std::thread, 8> threads;
        for (auto& thread : threads) thread = std::thread([&] { ++worked; });
        for (auto& thread : threads) thread.join();
        return worked == 8 ? 0 : 1;
    });

    EXPECT_EQ(code, 0);
}

TEST_F(Confined, SaysWhatCouldNotBeHad)
{
    const bool shouldBeSilent = hasAllLayers();
    const auto child = ::fork();
    if (child == 0) ::_exit(confineTo(store).empty() == shouldBeSilent ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace baton::agent
