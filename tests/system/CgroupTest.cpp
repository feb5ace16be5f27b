// Control groups: what no parent, group or session tells of a generation, its cgroup does; and who memory ran out for.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Cgroup.h"

#include "tests/system/Pty.h"
#include "tests/system/Several.h"
#include "tests/system/Successor.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace baton::system {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* Good = "ready\nserve\nexit 0";

bool writeTo(const fs::path& file, const std::string& text)
{
    std::ofstream out(file);
    out << text << std::flush;
    return static_cast<bool>(out);
}

// A cgroup of a test's own, and what starts a command in it.
class Group {
public:
    explicit Group(const fs::path& parent) : path_(parent / ("baton-test-" + std::to_string(::getpid())))
    {
        std::error_code none;
        isThere_ = fs::create_directory(path_, none);
    }
    ~Group()
    {
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(path_, none))
            if (entry.is_directory()) ::rmdir(entry.path().c_str());
        ::rmdir(path_.c_str());
    }

    explicit operator bool() const { return isThere_; }
    fs::path operator/(const std::string& name) const { return path_ / name; }
    const fs::path& path() const { return path_; }

    Command inside(const Command& command) const
    {
        std::string line = "echo $$ >'" + (path_ / "cgroup.procs").string() + "' && exec";
        line += " '" + command.executable + "'";
        for (std::size_t i = 1; i < command.arguments.size(); ++i) line += " '" + command.arguments[i] + "'";
        auto started = command;
        started.executable = "/bin/sh";
        started.arguments = {"sh", "-c", line};
        return started;
    }

private:
    fs::path path_;
    bool isThere_ = false;
};

// What a test needs that runs its Baton in a cgroup which was given to it.
template <typename Base>
struct InGroup : Base {
    std::optional<Group> group;

    void SetUp() override
    {
        const auto own = os::ownCgroup();
        if (!own) GTEST_SKIP() << "NOT RUN: there is no cgroup v2";
        group.emplace(*own);
        if (!*group) GTEST_SKIP() << "NOT RUN: no cgroup can be made below " << *own;
        if (!fs::exists(*group / "cgroup.kill")) GTEST_SKIP() << "NOT RUN: this kernel has no cgroup.kill";
        if (::setxattr(group->path().c_str(), "user.delegate", "1", 1, 0) != 0)
            GTEST_SKIP() << "NOT RUN: the cgroup cannot be marked as delegated";
    }
    void TearDown() override
    {
        this->loseAll(); // Before its group goes.
    }

    std::vector<pid_t> processesIn(const std::string& name) const
    {
        std::vector<pid_t> pids;
        std::istringstream text(readFile(*group / name / "cgroup.procs"));
        for (pid_t pid = 0; text >> pid;) pids.push_back(pid);
        return pids;
    }
    std::size_t generations() const
    {
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator(group->path()))
            count += entry.path().filename().string().starts_with("generation-") ? 1 : 0;
        return count;
    }
    // Nobody but us may be there to look at its end.
    static bool isGone(pid_t pid)
    {
        return eventually([pid] {
            livingOrphans();
            return stateOf(pid) == '?';
        });
    }
    void killBaton()
    {
        this->baton->signal(SIGKILL);
        EXPECT_EQ(this->baton->end(), 128 + SIGKILL);
    }
};

struct Cgroup : InGroup<Succeeded> {
    RunOptions run;

    void begin(const std::string& lines, std::vector<std::string> options = {})
    {
        run = {{scratch.actor("1.0.0", lines).string()}, std::move(options)};
        baton.emplace(group->inside(commandFor(run)), scratch / "baton-1.log");
        ASSERT_TRUE(baton->says("1.0.0 serves")) << readFile(scratch / "baton-1.log");
        ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    }
    void beginAgain() { baton.emplace(group->inside(commandFor(run)), scratch / "baton-2.log"); }

    std::string nameOfServing() const { return "generation-" + std::to_string(status().release->pid); }
};

struct CgroupOfSeveral : InGroup<Several> {};

// A process that nothing ties to its generation: another session, another parent, an empty environment.
constexpr const char* Loose = "run env -i /usr/bin/setsid -f sleep 1000\n";

TEST_F(Cgroup, OfEachGenerationHoldsAllThatItStarted)
{
    ASSERT_NO_FATAL_FAILURE(begin(std::string(Loose) + Good));

    EXPECT_THAT(baton->said(), HasSubstr("each generation has a cgroup of its own below " + group->path().string()));
    const auto first = "generation-" + std::to_string(status().release->pid);
    EXPECT_EQ(processesIn(first).size(), 2U);
    EXPECT_THAT(processesIn("supervisor"), ::testing::Contains(baton->pid()));
    EXPECT_TRUE(processesIn("").empty());
}

TEST_F(Cgroup, EndsWhatAGenerationLeftBehindWhateverItIs)
{
    ASSERT_NO_FATAL_FAILURE(begin(std::string(Loose) + Good));
    const auto first = "generation-" + std::to_string(status().release->pid);
    auto left = processesIn(first);
    std::erase(left, status().release->pid);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_NE(stateOf(left.front()), '?');

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.0.0 (generation 1) has ended"));

    EXPECT_TRUE(eventually([&] { return stateOf(left.front()) == '?'; }));
    EXPECT_TRUE(comesToServe("1.1.0"));
    EXPECT_TRUE(eventually([this] { return generations() == 1; })) << "its directory goes with it";
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

TEST_F(Cgroup, OfEachGenerationStaysItsOwnUnderABatonThatHasTakenOver)
{
    ASSERT_NO_FATAL_FAILURE(begin(std::string(Loose) + Good));
    const auto first = "generation-" + std::to_string(status().release->pid);
    const auto held = processesIn(first);
    ASSERT_EQ(held.size(), 2U);

    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();

    EXPECT_EQ(processesIn(first), held);
    EXPECT_THAT(processesIn("supervisor"), ::testing::Contains(baton->pid()));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.0.0 (generation 1) has ended"));
    EXPECT_TRUE(eventually([&] { return stateOf(held.front()) == '?' && stateOf(held.back()) == '?'; }));
    EXPECT_TRUE(comesToServe("1.1.0"));
    EXPECT_TRUE(eventually([this] { return generations() == 1; }));
    EXPECT_EQ(processesIn("generation-" + std::to_string(status().release->pid)).size(), 1U);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Cgroup, EndsACandidateWithAllThatItStarted)
{
    ASSERT_NO_FATAL_FAILURE(begin(Good, {"--ready-timeout", "500ms"}));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", std::string(Loose) + "wait"), "1.1.0 taken back"));

    EXPECT_TRUE(eventually([this] { return childrenOf(baton->pid()).size() == 2; })) << "the program and the agent";
    EXPECT_TRUE(comesToServe("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

// Its process group has none of these.
TEST_F(Cgroup, Fault18OfAGenerationOfAKilledBatonIsEndedByTheNextOne)
{
    ASSERT_NO_FATAL_FAILURE(begin(std::string(Loose) + Good));
    const auto first = nameOfServing();
    const auto held = processesIn(first);
    ASSERT_EQ(held.size(), 2U);
    killBaton();
    EXPECT_EQ(processesIn(first), held) << "the program serves on";

    beginAgain();

    ASSERT_TRUE(baton->says("found 1.0.0 (generation 1"));
    ASSERT_TRUE(baton->says("1.0.0 (generation 1) has ended"));
    for (const auto pid : held) EXPECT_TRUE(isGone(pid));
    EXPECT_TRUE(comesToServe("1.0.0"));
    EXPECT_TRUE(eventually([this] { return generations() == 1; }));
    EXPECT_EQ(processesIn(nameOfServing()).size(), 2U) << "what lives is not touched";
    EXPECT_EQ(stop(), 0);
}

TEST_F(Cgroup, Fault18OfAGenerationThatWasTakenOverIsEndedByTheNextOneToo)
{
    ASSERT_NO_FATAL_FAILURE(begin(std::string(Loose) + Good));
    const auto held = processesIn(nameOfServing());
    ASSERT_EQ(held.size(), 2U);
    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();
    EXPECT_EQ(processesIn(nameOfServing()), held) << "taken over in place";
    killBaton();

    beginAgain();

    ASSERT_TRUE(baton->says("1.0.0 (generation 1) has ended"));
    for (const auto pid : held) EXPECT_TRUE(isGone(pid));
    EXPECT_TRUE(comesToServe("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

// No pid tells of these any more: their main process has ended while no Baton was there.
TEST_F(Cgroup, Fault18WhatIsLeftOfAGenerationThatDiedMeanwhileIsEndedBeforeTheNextOneStarts)
{
    ASSERT_NO_FATAL_FAILURE(begin(std::string(Loose) + Good));
    const auto main = status().release->pid;
    auto left = processesIn(nameOfServing());
    std::erase(left, main);
    ASSERT_EQ(left.size(), 1U);
    killBaton();
    ::kill(main, SIGKILL);
    ASSERT_TRUE(isGone(main));
    EXPECT_NE(stateOf(left.front()), '?');

    beginAgain();

    ASSERT_TRUE(baton->says("1.0.0 (generation 1) of a Baton that was killed has ended, and what it left in its "
                            "cgroup is killed"));
    EXPECT_TRUE(isGone(left.front()));
    EXPECT_TRUE(comesToServe("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

// The same path, and another cgroup: somebody else's.
TEST_F(Cgroup, Fault18TakesNoOtherForTheOneThatWasWrittenDown)
{
    ASSERT_NO_FATAL_FAILURE(begin(Good));
    const auto name = nameOfServing();
    const auto main = status().release->pid;
    killBaton();
    ::kill(main, SIGKILL);
    ASSERT_TRUE(isGone(main));
    ASSERT_TRUE(eventually([&] { return ::rmdir((*group / name).c_str()) == 0; }));
    fs::create_directory(*group / name);
    const Running stranger({"/bin/sleep", {"sleep", "1000"}}, scratch / "stranger.log");
    os::joinCgroup(*group / name, stranger.pid());

    beginAgain();

    EXPECT_TRUE(baton->says("1.0.0 serves"));
    EXPECT_TRUE(comesToServe("1.0.0"));
    EXPECT_EQ(processesIn(name), std::vector<pid_t>{stranger.pid()});
    EXPECT_EQ(stop(), 0);
}

TEST_F(CgroupOfSeveral, Fault18EndsWhatIsLeftOfOneProgramAndNothingOfTheOther)
{
    within = [this](const Command& command) { return group->inside(command); };
    const auto door = scratch / "door";
    const auto waits = scratch / "waits";
    ASSERT_EQ(::mkfifo(door.c_str(), 0600), 0);
    const auto late = "if " + waits.string() + " await " + door.string() + '\n';
    ASSERT_TRUE(serve({{"api", scratch.actor("1.0.0-api", Loose + late + Good)},
                       {"web", scratch.actor("1.0.0-web", std::string(Loose) + Good)}}));
    const auto nameOf = [&](const std::string& program) {
        return "generation-" + std::to_string(of(program).release->pid);
    };
    const auto api = nameOf("api");
    const auto ofApi = processesIn(api);
    const auto ofWeb = processesIn(nameOf("web"));
    const auto main = of("web").release->pid;
    ASSERT_EQ(ofApi.size(), 2U);
    ASSERT_EQ(ofWeb.size(), 2U);
    scratch.write("waits", "");
    killBaton();
    ::kill(main, SIGKILL);
    ASSERT_TRUE(isGone(main));

    runAgain();

    ASSERT_TRUE(baton->says("web: 1.0.0 (generation 1) of a Baton that was killed has ended"));
    for (const auto pid : ofWeb) EXPECT_TRUE(isGone(pid));
    EXPECT_TRUE(baton->says("web: 1.0.0 serves"));
    EXPECT_EQ(processesIn(api), ofApi) << "the other program serves until the next one of it is ready";
    std::ofstream(door) << "go\n";
    ASSERT_TRUE(baton->says("api: 1.0.0 (generation 1) has ended"));
    for (const auto pid : ofApi) EXPECT_TRUE(isGone(pid));
    EXPECT_TRUE(eventually([this] { return isServing("api", "1.0.0"); }));
    EXPECT_EQ(processesIn(nameOf("api")).size(), 2U);
    EXPECT_EQ(processesIn(nameOf("web")).size(), 2U);
    EXPECT_EQ(stop(), 0);
}

// Fault 28, without delegation: the kernel counts for the whole group.
struct Fault28 : Succeeded {
    std::optional<Group> group;

    void SetUp() override
    {
        auto own = os::ownMemoryCgroup();
        bool isOld = true;
        if (const auto unified = os::ownCgroup(); unified && os::oomKills(*unified)) {
            own = unified;
            isOld = false;
        }
        if (!own) GTEST_SKIP() << "NOT RUN: nobody counts memory here";
        group.emplace(*own);
        if (!*group) GTEST_SKIP() << "NOT RUN: no cgroup can be made below " << *own;
        const auto limit = *group / (isOld ? "memory.limit_in_bytes" : "memory.max");
        if (!fs::exists(limit) || !writeTo(limit, "200000000"))
            GTEST_SKIP() << "NOT RUN: memory cannot be limited in " << group->path();
        if (!os::oomKills(group->path())) GTEST_SKIP() << "NOT RUN: nobody counts kills in " << group->path();
    }
    void TearDown() override { loseAll(); }
};

TEST_F(Fault28, AReleaseThatMemoryRanOutForIsTakenBackForThat)
{
    RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}};
    baton.emplace(group->inside(commandFor(options)), scratch / "baton-1.log");
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    const auto listening = baton->word("listening on ");
    web = listening.substr(listening.find('=') + 1);
    ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    Clients clients(scratch, web, {"--new", "64", "--kept", "64"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "hoard 400\nready\nserve"), "1.1.0 taken back"));

    EXPECT_THAT(baton->said(), HasSubstr("1.1.0 taken back: it was killed for memory (two releases side by side need "
                                         "the room of both; --handoff restart needs that of one) and ended with "
                                         "signal 9 (SIGKILL) before it was ready"));
    EXPECT_TRUE(comesToServe("1.0.0"));
    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault28, AReleaseThatMemoryRanOutForWhileAnotherBatonTookOverIsTakenBackForThat)
{
    const auto door = scratch / "door";
    ASSERT_EQ(::mkfifo(door.c_str(), 0600), 0);
    RunOptions options{{scratch.actor("1.0.0", Good).string()}};
    baton.emplace(group->inside(commandFor(options)), scratch / "baton-1.log");
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    const auto greedy = "await " + door.string() + "\nhoard 400\nready\nserve";
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", greedy), "1.1.0 starts beside"));
    const auto candidate = status().candidate->pid;

    beginSlowUpgrade();
    std::ofstream(door) << "go\n";
    ASSERT_TRUE(eventually([&] { return stateOf(candidate) == 'Z'; }));
    letItWork();

    EXPECT_TRUE(baton->says("1.1.0 taken back: it was killed for memory"));
    EXPECT_TRUE(comesToServe("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault28, AKillByAPersonIsNotTakenForThat)
{
    RunOptions options{{scratch.actor("1.0.0", Good).string()}};
    baton.emplace(group->inside(commandFor(options)), scratch / "baton-1.log");
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "kill 9"), "1.1.0 taken back"));

    EXPECT_THAT(baton->said(), Not(HasSubstr("killed for memory")));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
