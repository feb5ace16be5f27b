#include "client/program/Inherited.h"

#include "client/os/Sockets.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>

namespace baton {
namespace {

// Runs `check` in a child of its own, whose descriptors 3 and 4 are sockets and 5 a pipe; whether it held.
bool heldInAChild(const std::function<bool()>& check)
{
    const auto child = ::fork();
    if (child == 0) {
        std::array<int, 2> sockets{};
        std::array<int, 2> pipe{};
        bool held = ::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) == 0 && ::pipe(pipe.data()) == 0;
        constexpr int Aside = 100;
        ::dup2(sockets[0], Aside);
        ::dup2(sockets[1], Aside + 1);
        ::dup2(pipe[0], Aside + 2);
        for (int i = 0; i < 3; ++i) ::dup2(Aside + i, 3 + i);
        try {
            held = held && check();
        } catch (const std::exception&) {
            held = false;
        }
        ::_exit(held ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void promise(const std::string& fds, const std::string& names, const std::string& pid = std::to_string(::getpid()))
{
    ::setenv("LISTEN_FDS", fds.c_str(), 1);
    ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
    ::setenv("LISTEN_PID", pid.c_str(), 1);
}

bool refuses()
{
    try {
        (void)Inherited::fromEnvironment();
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

TEST(Inherited, TakesTheSocketsByName)
{
    EXPECT_TRUE(heldInAChild([] {
        promise("2", "web:admin");
        auto inherited = Inherited::fromEnvironment();
        const auto admin = inherited.take("admin");
        return inherited.all().size() == 2 && admin.get() == 4 && !inherited.take("admin") && !inherited.take("none") &&
               inherited.take("web").get() == 3;
    }));
}

TEST(Inherited, KeepsThemFromChildren)
{
    EXPECT_TRUE(heldInAChild([] {
        promise("2", "web:admin");
        const auto inherited = Inherited::fromEnvironment();
        return ::fcntl(3, F_GETFD) == FD_CLOEXEC && ::fcntl(4, F_GETFD) == FD_CLOEXEC &&
               std::getenv("LISTEN_FDS") == nullptr && std::getenv("LISTEN_PID") == nullptr &&
               std::getenv("LISTEN_FDNAMES") == nullptr;
    }));
}

TEST(Inherited, NamesWhatHasNoName)
{
    EXPECT_TRUE(heldInAChild([] {
        promise("2", "web");
        return Inherited::fromEnvironment().all()[1].name == "unknown";
    }));
}

TEST(Inherited, LeavesWhatIsMeantForAnotherProcess)
{
    EXPECT_TRUE(heldInAChild([] {
        promise("2", "web:admin", std::to_string(::getppid()));
        return Inherited::fromEnvironment().empty() && std::getenv("LISTEN_FDS") == nullptr &&
               (::fcntl(3, F_GETFD) & FD_CLOEXEC) == 0;
    }));
}

TEST(Inherited, BelievesBatonBehindAShell)
{
    EXPECT_TRUE(heldInAChild([] {
        promise("2", "web:admin", std::to_string(::getppid()));
        ::setenv("BATON_GENERATION", "4", 1);
        ::setenv("NOTIFY_SOCKET", "/run/notify", 1);
        return Inherited::fromEnvironment().all().size() == 2;
    }));
}

TEST(Inherited, RefusesAPromiseThatIsNotKept)
{
    EXPECT_TRUE(heldInAChild([] {
        promise("2", "web:admin");
        ::close(4);
        return refuses();
    }));
    for (const auto* count : {"x", "-1", "1025", "", "2 "})
        EXPECT_TRUE(heldInAChild([count] {
            promise(count, "web");
            return refuses();
        })) << count;
}

TEST(Inherited, TakesWhatWasStoredWhateverItIs)
{
    EXPECT_TRUE(heldInAChild([] {
        promise("3", "web:state:state"); // 5 is a pipe.
        auto inherited = Inherited::fromEnvironment();
        return inherited.take("state").get() == 4 && inherited.take("state").get() == 5 && !inherited.take("state");
    }));
}

TEST(Inherited, IsEmptyWithoutTheVariables)
{
    EXPECT_TRUE(heldInAChild([] { return Inherited::fromEnvironment().empty(); }));
}

} // namespace
} // namespace baton
