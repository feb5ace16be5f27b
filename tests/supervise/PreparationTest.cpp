#include "client/supervise/Preparation.h"

#include "client/os/Files.h"
#include "client/os/SystemClock.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Adopted.h"
#include "tests/support/KeptLog.h"
#include "tests/support/Loopback.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace baton::supervise {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const store::ReleaseKey Old{"1.0.0", std::string(64, 'a')};
const store::ReleaseKey New{"1.1.0", std::string(64, 'b')};

// The stager is a shell that says what a test wants; the program that is tried out is a script of the test's.
struct PreparationTest : ::testing::Test {
    PreparationTest()
    {
        store.create();
        store::State state;
        state.current = Old;
        store.save(state);
        settings.stateDirectory = store.root();
        settings.command = {"server"};
    }

    void stagerSays(const std::string& script) { settings.stager.arguments = {"/bin/sh", "-c", script}; }
    void stage(const std::string& program) const
    {
        const auto directory_ = store.stagingDirectory(New);
        fs::create_directories(directory_);
        std::ofstream(directory_ / "server") << "#!/bin/sh\n" << program << '\n';
        fs::permissions(directory_ / "server", fs::perms::owner_all);
        std::ofstream(directory_ / store::ReleaseFileName) << print(store::Release{New, {}, "server"});
    }
    std::string verdict(store::VerdictKind kind, const std::string& reason = "") const
    {
        const bool hasCode = kind == store::VerdictKind::Refused || kind == store::VerdictKind::Failed;
        const auto line = print(store::Verdict{kind, New, hasCode ? 10 : 0, reason});
        return "printf '%s\\n' '" + line.substr(0, line.size() - 1) + "'";
    }
    /// Runs until the preparation has come to an end.
    void prepare()
    {
        ledger = std::make_unique<Ledger>(store, clock, log);
        Preparation preparation(
            loop, log, settings, store, *ledger,
            [this](const store::ReleaseKey& key) { end("installed " + key.version); },
            [this](const std::string&) { end("settled"); });
        preparation.begin();
        const auto limit = loop.after(Duration(20'000), [this] { end("nothing happened"); });
        loop.run();
    }
    void end(const std::string& what)
    {
        ends.push_back(what);
        loop.stop();
    }

    testing::TemporaryDirectory directory;
    store::Store store{directory.path()};
    os::SystemClock clock;
    loop::EventLoop loop{clock};
    KeptLog log;
    Settings settings;
    std::unique_ptr<Ledger> ledger;
    std::vector<std::string> ends;
};

TEST_F(PreparationTest, InstallsWhatTheStagerHasStaged)
{
    stage("exit 0");
    stagerSays(verdict(store::VerdictKind::Staged));
    prepare();
    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));
    EXPECT_TRUE(store.loadRelease(New));
    EXPECT_EQ(store.loadState()->install, (store::Install{New, store::InstallStep::Installed, 0}));
}

TEST_F(PreparationTest, TriesOutWithArgumentsFirst)
{
    settings.tryOut = {TryOutKind::Arguments, {"--check", "{release}"}};
    stage("[ \"$1\" = --check ] && [ $# = 2 ] && [ -z \"$BATON_GENERATION$LISTEN_FDS\" ]");
    stagerSays(verdict(store::VerdictKind::Staged));
    prepare();
    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));
}

TEST_F(PreparationTest, BlocksWhatFailsItsTryOut)
{
    settings.tryOut = {TryOutKind::Arguments, {"--check"}};
    stage("exit 4");
    stagerSays(verdict(store::VerdictKind::Staged));
    prepare();
    EXPECT_THAT(ends, ElementsAre("settled"));
    EXPECT_TRUE(store.loadState()->isBlocked(New));
    EXPECT_FALSE(store.loadRelease(New));
    EXPECT_FALSE(fs::exists(store.stagingDirectory(New)));
    ASSERT_EQ(store.history().size(), 1U);
    EXPECT_EQ(store.history().front().outcome, store::Outcome::Refused);
    EXPECT_THAT(store.history().front().reason, HasSubstr("exit code 4"));
}

TEST_F(PreparationTest, WantsTheTokenAndNothingElse)
{
    settings.tryOut.kind = TryOutKind::Token;
    stage("printf '%s\\n' \"$BATON_TRYOUT\"");
    stagerSays(verdict(store::VerdictKind::Staged));
    prepare();
    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));

    for (const auto* answer : {"true", "printf %s \"$BATON_TRYOUT\"", "printf '%s\\nmore' \"$BATON_TRYOUT\""}) {
        store.removeRelease(New);
        store.save(store::State());
        ends.clear();
        stage(answer);
        prepare();
        EXPECT_THAT(ends, ElementsAre("settled")) << answer;
    }
}

TEST_F(PreparationTest, TriesOutAsItsOwnUserWithAScratchDirectoryThatIsRemoved)
{
    const testing::TemporaryDirectory elsewhere; // Where a release that is tried out may write.
    settings.tryOut = {TryOutKind::Arguments, {"--check"}};
    stage("touch \"$TMPDIR/x\" && [ $(stat -c %a \"$TMPDIR\") = 700 ] && [ $(id -u) = " + std::to_string(::geteuid()) +
          " ] && echo $TMPDIR >" + (elsewhere.path() / "told").string());
    stagerSays(verdict(store::VerdictKind::Staged));

    prepare();

    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));
    EXPECT_EQ(os::readWhole(elsewhere.path() / "told"), store.tryOutDirectory().string() + '\n');
    EXPECT_FALSE(fs::exists(store.tryOutDirectory()));
}

TEST_F(PreparationTest, LeavesATryOutNothingThatIsBatons)
{
    settings.tryOut = {TryOutKind::Arguments, {"--check"}};
    stage("[ \"$(exec ls /proc/self/fd | tr '\\n' ' ')\" = '0 1 2 3 ' ] && " // 3: what ls reads
          "[ \"$(env | grep -cE '^(BATON|LISTEN|NOTIFY|WATCHDOG)_')\" = 1 ] && ! read line");
    stagerSays(verdict(store::VerdictKind::Staged));

    prepare();

    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));
}

TEST_F(PreparationTest, EndsWhatATryOutLeftBehindInASessionOfItsOwn)
{
    adoptOrphans();
    const testing::TemporaryDirectory elsewhere;
    const auto file = elsewhere.path() / "pid";
    settings.tryOut = {TryOutKind::Arguments, {"--check"}};
    stage("setsid sh -c 'echo $$ >" + file.string() + "; exec sleep 1000' &\n" + "until [ -s " + file.string() +
          " ]; do sleep 0.01; done");
    stagerSays(verdict(store::VerdictKind::Staged));

    prepare();

    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));
    const auto left = std::stoi(os::readWhole(file).value_or("0"));
    int status = 0;
    ASSERT_EQ(::waitpid(left, &status, 0), left);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

TEST_F(PreparationTest, EndsATryOutWhoseTimeIsOver)
{
    settings.tryOut = {TryOutKind::Arguments, {"--check"}, Duration(100)};
    stage("touch $TMPDIR/x; exec sleep 1000");
    stagerSays(verdict(store::VerdictKind::Staged));

    prepare();

    EXPECT_THAT(store.history().at(0).reason, HasSubstr("it did not end within 100ms"));
    EXPECT_FALSE(fs::exists(store.tryOutDirectory()));
}

TEST_F(PreparationTest, GivesATryOutNoMoreMemoryThanWasSaid)
{
    const std::string greedy = "x=$(head -c 64000000 /dev/zero | tr '\\0' a); [ ${#x} = 64000000 ]";
    settings.tryOut = {TryOutKind::Arguments, {"--check"}};
    stage(greedy);
    stagerSays(verdict(store::VerdictKind::Staged));
    prepare();
    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));

    settings.tryOut.memoryBytes = 32'000'000;
    store.removeRelease(New);
    store.save(store::State());
    ends.clear();
    stage(greedy);
    prepare();

    EXPECT_THAT(ends, ElementsAre("settled"));
}

TEST_F(PreparationTest, GivesATryOutNoNetworkIfThatWasSaid)
{
    constexpr const char* Bash = "/bin/bash";
    if (!fs::exists(Bash)) GTEST_SKIP() << "NOT RUN: there is no " << Bash;
    const os::UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto address = testing::loopback();
    socklen_t length = sizeof address;
    ASSERT_EQ(::bind(server.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
    ASSERT_EQ(::listen(server.get(), 4), 0);
    ASSERT_EQ(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    const auto asks =
        std::string(Bash) + " -c 'exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(ntohs(address.sin_port)) + "'";
    settings.tryOut = {TryOutKind::Arguments, {"--check"}};
    stage(asks);
    stagerSays(verdict(store::VerdictKind::Staged));
    prepare();
    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));

    settings.tryOut.hasNetwork = false;
    store.removeRelease(New);
    store.save(store::State());
    ends.clear();
    stage(asks);
    prepare();

    EXPECT_THAT(ends, ElementsAre("settled"));
}

TEST_F(PreparationTest, BlocksWhatTheStagerRefuses)
{
    stagerSays(verdict(store::VerdictKind::Refused, "the digest is another one"));
    prepare();
    EXPECT_TRUE(store.loadState()->isBlocked(New));
    EXPECT_TRUE(log.has("1.1.0 refused: the digest is another one"));
}

TEST_F(PreparationTest, BlocksNothingForTheMachinesFault)
{
    stagerSays(verdict(store::VerdictKind::Failed, "No space left on device"));
    prepare();
    EXPECT_THAT(ends, ElementsAre("settled"));
    EXPECT_THAT(store.loadState()->blocked, IsEmpty());
    EXPECT_EQ(store.history().at(0).outcome, store::Outcome::Failed);
}

TEST_F(PreparationTest, NeverInstallsWhatIsBlocked)
{
    store::State state;
    state.current = Old;
    state.blocked = {{New, "it died", "2026-11-23T18:00:00Z"}};
    store.save(state);
    stage("exit 0");
    stagerSays(verdict(store::VerdictKind::Staged));
    prepare();
    EXPECT_THAT(ends, ElementsAre("settled"));
    EXPECT_FALSE(store.loadRelease(New));
}

TEST_F(PreparationTest, StartsAStagerThatWasKilledOnceMore)
{
    stage("exit 0");
    stagerSays("if [ -e '" + (directory.path() / "second").string() + "' ]; then " +
               verdict(store::VerdictKind::Staged) + "; else : > '" + (directory.path() / "second").string() +
               "'; kill -KILL $$; fi");
    prepare();
    EXPECT_THAT(ends, ElementsAre("installed 1.1.0"));
    EXPECT_TRUE(log.has("signal 9"));
}

TEST_F(PreparationTest, GivesAStagerUpThatDiesAgainAndAgain)
{
    store::Attempt attempt;
    attempt.key = New;
    attempt.packages = {{"server", 5, New.sha256, {"http://h/server"}, ""}};
    store.save(attempt);
    stagerSays("echo half a verdict; exit 1");
    prepare();
    EXPECT_THAT(ends, ElementsAre("settled"));
    EXPECT_THAT(store.loadState()->blocked, IsEmpty());
    ASSERT_EQ(store.history().size(), 1U);
    EXPECT_EQ(store.history().front().outcome, store::Outcome::Failed);
    EXPECT_EQ(store.history().front().key, New);
}

} // namespace
} // namespace baton::supervise
