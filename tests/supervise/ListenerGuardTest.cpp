#include "client/supervise/ListenerGuard.h"

#include "client/os/Listening.h"
#include "client/os/SocketAddress.h"
#include "client/os/SystemClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <vector>

namespace baton::supervise {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Duration Moment{10};
constexpr std::size_t Alone = 1;
constexpr std::size_t Two = 2;

int connectTo(const os::SocketAddress& address, int type = SOCK_STREAM)
{
    const os::UniqueFd client(::socket(address.family(), type | SOCK_CLOEXEC, 0));
    return ::connect(client.get(), address.get(), address.length) == 0 ? 0 : errno;
}

struct ListenerGuardTest : ::testing::Test {
    testing::TemporaryDirectory directory;
    fs::path path = directory.path() / "x";
    fs::path link = directory.path() / ".x.baton-kept";
    os::SystemClock clock;
    KeptLog log;
    loop::EventLoop loop{clock};
    ListenerSet set;
    std::vector<std::string> accused;
    int lost = 0;

    void open(const std::string& text) { set.openMissing({os::parseListenAddress(text)}); }
    void openUnix(const std::string& scheme = "unix:") { open("x=" + scheme + path.string()); }
    ListenerGuard guard()
    {
        return {loop, log, set, [this](const std::string& why) { accused.push_back(why); }, [this] { ++lost; }};
    }
    int socket() const { return set.all().front()->socket.get(); }
    // Until nothing comes any more: each turn ends at once when something does.
    void settle()
    {
        for (int i = 0; i < 5; ++i) loop.turn(Moment);
    }
    int connectToPath(int type = SOCK_STREAM) const { return connectTo(os::unixAddress(path.string()), type); }
};

TEST_F(ListenerGuardTest, LetsATcpListenerThatWasShutDownListenAgainAtOnce)
{
    open("web=127.0.0.1:0");
    auto guarded = guard();
    const auto bound = os::nameOf(socket());
    const auto backlog = os::backlogOf(socket());
    loop.turn(Duration(0));
    ASSERT_THAT(accused, IsEmpty()) << "a healthy listener wakes nobody";
    ASSERT_EQ(connectTo(bound), 0);
    loop.turn(Duration(0));
    ASSERT_THAT(accused, IsEmpty()) << "nor does a connection";

    ::shutdown(socket(), SHUT_RDWR);
    loop.turn(Moment);

    EXPECT_THAT(accused, ElementsAre(HasSubstr("web was shut down")));
    EXPECT_TRUE(log.has("it listens again"));
    EXPECT_EQ(connectTo(bound), 0);
    EXPECT_EQ(os::backlogOf(socket()), backlog);
}

TEST_F(ListenerGuardTest, IsNotKeptBusyByAShutdownInALoop)
{
    open("web=127.0.0.1:0");
    auto guarded = guard();
    for (int i = 0; i < 20; ++i) {
        ::shutdown(socket(), SHUT_RDWR);
        loop.turn(Duration(0));
    }
    EXPECT_EQ(accused.size(), 2U); // The third within a moment waits.
    while (os::isHungUp(socket())) loop.turn(Duration(200));
    EXPECT_EQ(accused.size(), 3U);
}

TEST_F(ListenerGuardTest, PutsTheBacklogRight)
{
    open("web=127.0.0.1:0,backlog=100");
    auto guarded = guard();
    ::listen(socket(), 2);
    guarded.check(Alone);
    EXPECT_EQ(os::backlogOf(socket()), 100);
    EXPECT_TRUE(log.has("web had its backlog cut to 2"));

    ::listen(socket(), 200); // Longer harms nobody.
    guarded.check(Alone);
    EXPECT_EQ(os::backlogOf(socket()), 200);
}

TEST_F(ListenerGuardTest, MakesItNonBlockingAgainWhereSeveralShareIt)
{
    open("web=127.0.0.1:0");
    auto guarded = guard();
    ::fcntl(socket(), F_SETFL, 0);
    guarded.check(Two);
    EXPECT_NE(::fcntl(socket(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_TRUE(log.has("web was made blocking"));
}

TEST_F(ListenerGuardTest, LeavesItBlockingForAProgramThatIsAloneAndWantsItSo)
{
    open("web=127.0.0.1:0");
    auto guarded = guard();
    ::fcntl(socket(), F_SETFL, 0);
    guarded.check(Alone);
    guarded.check(Two); // The next one of its kind.
    EXPECT_EQ(::fcntl(socket(), F_GETFL) & O_NONBLOCK, 0);
    guarded.check(0);
    EXPECT_NE(::fcntl(socket(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(ListenerGuardTest, PutsAUnixPathBackThatWasUnlinked)
{
    for (const auto* scheme : {"unix:", "unix-seqpacket:", "unix-datagram:"}) {
        set.remove("x");
        fs::remove(path);
        openUnix(scheme);
        const int type = os::socketType(os::parseListenAddress("x=" + std::string(scheme) + "/x").kind);
        auto guarded = guard();
        ::unlink(path.c_str());
        settle();
        EXPECT_EQ(connectToPath(type), 0) << scheme;
        EXPECT_TRUE(log.has("it is back")) << scheme;
    }
}

TEST_F(ListenerGuardTest, PutsAUnixPathBackThatWasReplacedOrMoved)
{
    openUnix();
    auto guarded = guard();
    ::unlink(path.c_str());
    const auto other = os::listenOn(os::parseListenAddress("o=unix:" + path.string()));
    settle();
    ASSERT_EQ(connectToPath(), 0);
    EXPECT_GE(os::UniqueFd(::accept4(socket(), nullptr, nullptr, SOCK_CLOEXEC)).get(), 0) << "it leads to ours";

    fs::rename(path, directory.path() / "moved");
    settle();
    EXPECT_EQ(connectToPath(), 0);
}

TEST_F(ListenerGuardTest, TouchesNoFileThatIsNoSocket)
{
    openUnix();
    auto guarded = guard();
    ::unlink(path.c_str());
    const os::UniqueFd file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    settle();
    EXPECT_TRUE(fs::is_regular_file(path));
    EXPECT_TRUE(log.has("a file in its place that is no socket"));
}

TEST_F(ListenerGuardTest, BindsAnewForTheNextGenerationWhatCannotBePutBack)
{
    openUnix();
    auto guarded = guard();
    const ListenerSet before = set;
    ::unlink(link.c_str());
    ::unlink(path.c_str());
    settle();
    EXPECT_EQ(connectToPath(), ENOENT);
    EXPECT_TRUE(log.has("its hard link was taken away too; it is bound anew for the next generation"));
    EXPECT_GE(lost, 1);
    const int told = lost;

    guarded.beforeStart(Alone);
    settle();

    EXPECT_EQ(lost, told) << "it is bound anew: nobody need be started for that";

    EXPECT_EQ(connectToPath(), 0);
    EXPECT_NE(before.all().front(), set.all().front());
    ::unlink(path.c_str());
    settle();
    EXPECT_EQ(connectToPath(), 0) << "the new one is looked after, too";
}

// systemd's, or that of a Baton that was killed: whoever is to hear of it is made after the guard.
TEST_F(ListenerGuardTest, SaysFromTheLoopAloneWhatWasLostBeforeItCame)
{
    openUnix();
    ::unlink(path.c_str());

    auto guarded = guard();
    guarded.check(Alone);

    EXPECT_TRUE(log.has("cannot be put back: no hard link of it could be made"));
    EXPECT_EQ(lost, 0);
    settle();
    EXPECT_EQ(lost, 1);
    guarded.beforeStart(Alone);
    EXPECT_EQ(connectToPath(), 0);
    EXPECT_NE(fs::status(path).permissions(), fs::perms::none) << "nobody remembers the mode, and that is none";
}

TEST_F(ListenerGuardTest, SaysFromTheLoopAloneWhatWasLostWhileTheSupervisorChanged)
{
    openUnix();
    const auto listener = set.all().front();
    std::optional<CareState> state;
    {
        auto before = guard();
        state = ListenerGuard::save(*listener);
    }
    listener->care.reset();
    set.remove("x");
    ::unlink(path.c_str());
    ASSERT_TRUE(state && !state->lost);

    auto guarded = guard();
    guarded.restore(*listener, *state);
    set.add(listener);
    guarded.check(Alone);

    EXPECT_EQ(lost, 0);
    settle();
    EXPECT_EQ(lost, 1);
    guarded.beforeStart(Alone);
    EXPECT_EQ(connectToPath(), 0);
}

TEST_F(ListenerGuardTest, BindsAUnixListenerAnewThatWasShutDown)
{
    openUnix();
    auto guarded = guard();
    ::shutdown(socket(), SHUT_RDWR);
    settle();
    EXPECT_EQ(accused.size(), 1U);
    EXPECT_EQ(lost, 1);
    EXPECT_EQ(connectToPath(), ECONNREFUSED);
    guarded.beforeStart(Alone);
    EXPECT_EQ(connectToPath(), 0);
}

TEST_F(ListenerGuardTest, ListensForTheGenerationThatStarts)
{
    auto guarded = guard();
    set.become(ListenerSet::bound(os::parseListenAddress("web=127.0.0.1:0")));
    const auto bound = os::nameOf(socket());
    EXPECT_EQ(connectTo(bound), ECONNREFUSED);
    guarded.beforeStart(Alone);
    EXPECT_EQ(connectTo(bound), 0);
    ::shutdown(socket(), SHUT_RDWR);
    loop.turn(Moment);
    EXPECT_EQ(accused.size(), 1U);
}

TEST_F(ListenerGuardTest, LeavesNothingBehindWhenTheLastGenerationLetsGo)
{
    openUnix();
    auto guarded = guard();
    {
        const ListenerSet generation = set;
        guarded.letGo(*set.all().front());
        set.remove("x");
        EXPECT_EQ(connectToPath(), 0);
        EXPECT_TRUE(fs::exists(link));
    }
    EXPECT_FALSE(fs::exists(path));
    EXPECT_FALSE(fs::exists(link));
    EXPECT_TRUE(log.has("x is closed"));
}

} // namespace
} // namespace baton::supervise
