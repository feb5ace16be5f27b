// The stager's confinement, from inside: what it needs works, and what it has no use for is refused.
#include "client/stage/Confined.h"

#include "client/delta/Create.h"
#include "client/os/Confinement.h"
#include "tests/stage/StagedStore.h"
#include "tests/stage/Tar.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;
using store::VerdictKind;

const std::string Script = "#!/bin/sh\nexit 0\n";

// The kernel has them all, and nothing else in this build needs them.
bool hasAllLayers()
{
    constexpr std::uint32_t AskForVersion = 1;
    return !os::isInstrumented() && ::syscall(SYS_landlock_create_ruleset, nullptr, 0, AskForVersion) >= 3;
}

struct Confined : ::testing::Test, Scratch, StagedStore {
    Confined() : StagedStore(path() / "state") { secret = write("outside/secret", "told to nobody").string(); }

    /// What a child that has confined itself as the stager does says: its exit code.
    int inside(const std::function<int()>& deed) const
    {
        const auto child = ::fork();
        if (child == 0) {
            confineTo(store, Limits());
            ::_exit(deed());
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    VerdictKind stagedInside(Expected expected) const
    {
        return static_cast<VerdictKind>(inside([&] {
            KeptLog log;
            return static_cast<int>(stage::run(store, {expected, "app", {}}, log).kind);
        }));
    }

    std::string secret;
};

TEST_F(Confined, StagesEveryKindOfPayload)
{
    for (const auto& payload : {tar({{"bin/app", Script, '0', "", 0755}}), zstded(tar({{"a", "x"}})),
                                gzipped(tar({{"a", "x"}})), xzed(tar({{"a", "x"}})), Script}) {
        const auto key = offer(payload);
        EXPECT_EQ(stagedInside(Expected::Tree), VerdictKind::Staged);
        EXPECT_TRUE(fs::exists(store.stagingDirectory(key)));
    }
    offer(Script);
    EXPECT_EQ(stagedInside(Expected::Program), VerdictKind::Staged);
}

TEST_F(Confined, RefusesABadPayloadAndCleansUp)
{
    offer(tar({{"../outside", "x"}}));

    EXPECT_EQ(stagedInside(Expected::Tree), VerdictKind::Refused);

    EXPECT_TRUE(isClean());
}

TEST_F(Confined, MakesAPackageOfADelta)
{
    const std::string old = Script + std::string(4'000, 'o');
    const std::string next = Script + std::string(4'000, 'o') + "more";
    const auto first = offer(old);
    ASSERT_EQ(stagedInside(Expected::Program), VerdictKind::Staged);
    store.install(first);
    std::string patch;
    delta::create(delta::Algorithm::Zstd, old, next, [&](std::string_view bytes) { patch += bytes; });
    fs::remove(download(offer(next)));
    auto attempt = store.loadAttempt().value();
    attempt.key.version = "3.0.0";
    const auto sha256 = verify::sha256Of(patch);
    attempt.packages[0].delta =
        store::AttemptDelta{first.sha256, static_cast<std::int64_t>(patch.size()), sha256, {"http://x/"}};
    store.save(attempt);
    os::writeDurably(store.downloads() / sha256, patch);

    EXPECT_EQ(stagedInside(Expected::Program), VerdictKind::Staged);
}

/// One thing that a stager never does; it must fail.
struct Deed {
    const char* name;
    std::function<bool(const Confined& stager)> succeeds;
};

bool opens(const std::string& path, int flags) { return ::open(path.c_str(), flags | O_CLOEXEC, 0644) >= 0; }

bool connects(int family, int kind) { return ::socket(family, kind, 0) >= 0; }

const std::array Deeds{
    Deed{"readsAFileOfAnother", [](const Confined& stager) { return opens(stager.secret, O_RDONLY); }},
    Deed{"readsThePasswords", [](const Confined&) { return opens("/etc/passwd", O_RDONLY); }},
    Deed{"listsTheRoot", [](const Confined&) { return opens("/", O_RDONLY | O_DIRECTORY); }},
    Deed{"writesAFileOfAnother", [](const Confined& stager) { return opens(stager.secret, O_WRONLY); }},
    Deed{"makesAFileOutside",
         [](const Confined& stager) { return opens(stager.path() / "outside/new", O_WRONLY | O_CREAT); }},
    Deed{"writesTheState", [](const Confined& stager) { return opens(stager.store.stateFile(), O_WRONLY | O_CREAT); }},
    Deed{"writesADownload",
         [](const Confined& stager) { return opens(stager.store.downloads() / "new", O_WRONLY | O_CREAT); }},
    Deed{"shortensAFileOfAnother", [](const Confined& stager) { return ::truncate(stager.secret.c_str(), 0) == 0; }},
    Deed{"removesAFileOfAnother", [](const Confined& stager) { return ::unlink(stager.secret.c_str()) == 0; }},
    Deed{"movesAFileOut",
         [](const Confined& stager) {
             return ::rename((stager.store.releases() / "inside").c_str(), (stager.path() / "outside/in").c_str()) == 0;
         }},
    Deed{"linksAFileOfAnother",
         [](const Confined& stager) {
             return ::link(stager.secret.c_str(), (stager.store.releases() / "link").c_str()) == 0;
         }},
    Deed{"makesADevice",
         [](const Confined& stager) {
             return ::mknod((stager.store.releases() / "null").c_str(), S_IFCHR | 0666, 0x103) == 0;
         }},
    Deed{"makesAPipe",
         [](const Confined& stager) { return ::mkfifo((stager.store.releases() / "fifo").c_str(), 0600) == 0; }},
    Deed{"startsAProgram",
         [](const Confined&) {
             std::array<char*, 1> none{nullptr};
             ::execve("/bin/true", none.data(), none.data());
             return false; // One that succeeds does not come here; it ends with 0.
         }},
    Deed{"forks", [](const Confined&) { return ::fork() >= 0; }},
    Deed{"opensATcpSocket", [](const Confined&) { return connects(AF_INET, SOCK_STREAM); }},
    Deed{"opensAUdpSocket", [](const Confined&) { return connects(AF_INET6, SOCK_DGRAM); }},
    Deed{"opensAUnixSocket", [](const Confined&) { return connects(AF_UNIX, SOCK_STREAM); }},
    Deed{"signalsItsParent", [](const Confined&) { return ::kill(::getppid(), 0) == 0; }},
    Deed{"tracesItsParent", [](const Confined&) { return ::ptrace(PTRACE_SEIZE, ::getppid(), nullptr, nullptr) == 0; }},
    Deed{"mounts",
         [](const Confined& stager) {
             return ::mount("tmpfs", stager.store.releases().c_str(), "tmpfs", 0, nullptr) == 0;
         }},
    Deed{"makesANamespace", [](const Confined&) { return ::unshare(CLONE_NEWUSER) == 0; }},
    Deed{"becomesAnother", [](const Confined&) { return ::setuid(65534) == 0; }},
    Deed{"executesMemory",
         [](const Confined&) {
             return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
         }},
    Deed{"writesEndlessly",
         [](const Confined& stager) {
             const int file = ::open((stager.store.releases() / "long").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
             return ::pwrite(file, "x", 1, Limits().bytes) == 1;
         }},
    Deed{"raisesItsLimits",
         [](const Confined&) {
             const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
             return ::setrlimit(RLIMIT_FSIZE, &all) == 0;
         }},
    Deed{"makesAKeyring", [](const Confined&) { return ::syscall(SYS_add_key, "user", "x", "y", 1, -2) >= 0; }},
    Deed{"loadsAProgramIntoTheKernel", [](const Confined&) { return ::syscall(SYS_bpf, 0, nullptr, 0) >= 0; }},
};

TEST_F(Confined, RefusesWhatAStagerNeverDoes)
{
    if (!hasAllLayers()) GTEST_SKIP() << "NOT RUN: this kernel or this build has not all layers of the confinement";
    static_assert(Deeds.size() >= 20);
    std::ofstream(store.releases() / "inside") << "x";
    constexpr int Refused = 3;
    for (const auto& deed : Deeds)
        EXPECT_EQ(inside([&] { return deed.succeeds(*this) ? 4 : Refused; }), Refused) << deed.name;
    EXPECT_EQ(fs::file_size(secret), std::string("told to nobody").size());
}

TEST_F(Confined, StillWritesWhereReleasesAre)
{
    if (!hasAllLayers()) GTEST_SKIP() << "NOT RUN: this kernel or this build has not all layers of the confinement";

    const auto code = inside([&] {
        // What it writes below releases/ works, so it is not simply everything that fails.
        return opens(store.releases() / "new", O_WRONLY | O_CREAT) ? 0 : 1;
    });

    EXPECT_EQ(code, 0);
}

TEST_F(Confined, SaysWhatCouldNotBeHad)
{
    offer(Script);
    const bool shouldBeSilent = hasAllLayers();
    const auto child = ::fork();
    if (child == 0) {
        KeptLog log;
        const auto verdict = runConfined(store, {Expected::Program, "app", {}}, log);
        const bool isSilent = std::none_of(log.lines.begin(), log.lines.end(),
                                           [](const auto& line) { return line.starts_with("confined less"); });
        ::_exit(verdict.kind == VerdictKind::Staged && isSilent == shouldBeSilent ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace baton::stage
