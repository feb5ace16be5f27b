#include "client/core/Failure.h"
#include "tests/stage/StagedStore.h"
#include "tests/stage/Tar.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;
using store::VerdictKind;

const std::string Script = "#!/bin/sh\nexit 0\n";

std::string noise(std::size_t size)
{
    std::mt19937 random(7);
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

// A small file system of its own, which can be full.
class SmallDisk {
public:
    explicit SmallDisk(const fs::path& path) : path_(path)
    {
        fs::create_directory(path);
        mounted_ = ::mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=3m") == 0;
    }
    ~SmallDisk()
    {
        if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool isMounted() const { return mounted_; }

private:
    fs::path path_;
    bool mounted_ = false;
};

TEST(StagerOnAFullDisk, FailsCleansUpAndSucceedsOnceThereIsRoom)
{
    const Scratch scratch;
    const SmallDisk disk(scratch.path() / "disk");
    if (!disk.isMounted()) GTEST_SKIP() << "NOT RUN: mounting a tmpfs needs root";
    StagedStore staged(scratch.path() / "disk/state");
    const auto expectNoRoom = [&] {
        const auto verdict = staged.run(Expected::Tree);
        EXPECT_EQ(verdict.kind, VerdictKind::Failed);
        EXPECT_EQ(verdict.code, code::WriteFailed);
        EXPECT_NE(verdict.reason.find("No space left on device; make room for "), std::string::npos) << verdict.reason;
        EXPECT_TRUE(staged.isClean());
    };
    staged.offer(zstded(tar({{"bin/app", Script, '0', "", 0755}, {"large", std::string(4U << 20U, 'x')}})));
    expectNoRoom(); // While unpacking.

    const auto key = staged.offer(noise(1U << 20U), "app.bin");
    auto filler = scratch.write("disk/filler", std::string(1200U << 10U, 'f'));
    expectNoRoom(); // While copying.

    fs::remove(filler);
    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);
    staged.store.install(key);
    EXPECT_TRUE(staged.store.loadRelease(key));
}

// Kills the process at each call that connects, listens or starts something.
bool forbidNetworkAndPrograms()
{
#if defined(__x86_64__) || defined(__aarch64__)
    std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const unsigned number : {SYS_socket, SYS_connect, SYS_bind, SYS_sendto, SYS_socketpair, SYS_execve,
                                  SYS_execveat, SYS_clone, SYS_clone3}) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
#else
    return false;
#endif
}

constexpr int NoFilter = 77;

int runForbidden(StagedStore& staged, bool connects)
{
    const auto child = ::fork();
    if (child == 0) {
        if (!forbidNetworkAndPrograms()) ::_exit(NoFilter);
        if (connects) ::syscall(SYS_socket, 0, 0, 0);
        ::_exit(staged.run(Expected::Tree).kind == VerdictKind::Staged ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

TEST(StagerInAJail, OpensNoConnectionAndStartsNothing)
{
    const Scratch scratch;
    StagedStore staged(scratch.path() / "state");
    for (const auto& payload :
         {zstded(tar({{"a", "x"}})), gzipped(tar({{"a", "x"}})), xzed(tar({{"a", "x"}})), Script}) {
        staged.offer(payload);
        const int status = runForbidden(staged, false);
        if (WIFEXITED(status) && WEXITSTATUS(status) == NoFilter) GTEST_SKIP() << "NOT RUN: no seccomp filters here";
        EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
        EXPECT_EQ(WEXITSTATUS(status), 0);
    }
    EXPECT_EQ(WTERMSIG(runForbidden(staged, true)), SIGSYS); // The jail is one.
}

TEST(StagerKilledAtAnyMoment, LeavesNoReleaseOrAWholeOne)
{
    const Scratch scratch;
    StagedStore staged(scratch.path() / "state");
    std::vector<TarItem> items;
    for (int i = 0; i < 40; ++i)
        items.push_back({"d" + std::to_string(i % 7) + "/f" + std::to_string(i), noise(20'000)});
    const auto key = staged.offer(zstded(tar(items)));

    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);
    const std::chrono::duration<double, std::micro> whole = std::chrono::steady_clock::now() - begin;

    std::mt19937 random(20240229);
    std::uniform_real_distribution<double> moment(0, whole.count()); // Somewhere in its work, however fast the disk.
    int killed = 0;
    for (int round = 0; round < 60; ++round) {
        const auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            if (staged.run(Expected::Tree).kind != VerdictKind::Staged) ::_exit(1);
            staged.store.install(key);
            ::_exit(0);
        }
        // The moment that is tested, not a wait for anything.
        std::this_thread::sleep_for(std::chrono::duration<double, std::micro>(moment(random)));
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        if (WIFSIGNALED(status)) ++killed;

        if (staged.store.loadRelease(key)) {
            EXPECT_TRUE(fs::exists(staged.store.releaseDirectory(key) / "d4/f39")); // The last of them.
            EXPECT_EQ(os::readWhole(staged.store.releaseDirectory(key) / "d4/f39"), noise(20'000));
            staged.store.removeRelease(key);
        }
        EXPECT_TRUE(staged.store.installed().empty());
    }
    EXPECT_GT(killed, 5);
    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);
    staged.store.install(key);
    EXPECT_TRUE(staged.store.loadRelease(key));
}

} // namespace
} // namespace baton::stage
