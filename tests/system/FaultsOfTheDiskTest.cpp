// The fault table, row 23, where several files have a part in a step: a group, and Baton's own releases. What cannot be
// written down is not done, by nobody; it is done once it can. SPDX-License-Identifier: Apache-2.0
#include "tests/system/FaultyCalls.h"
#include "tests/system/OwnReleases.h"
#include "tests/system/Several.h"

#include <cerrno>
#include <csignal>
#include <cstring>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct DiskFault {
    const char* name;
    const char* call;
    int error;
};
void PrintTo(const DiskFault& fault, std::ostream* out) { *out << fault.name; }
std::string nameOf(const ::testing::TestParamInfo<DiskFault>& test) { return test.param.name; }

const auto Each = ::testing::Values(DiskFault{"ENOSPC", "write", ENOSPC}, DiskFault{"EROFS", "create", EROFS},
                                    DiskFault{"EIO", "fsync", EIO}, DiskFault{"EIOOfARename", "rename", EIO});

// Parts of the paths under which the files are written.
constexpr const char* Record = "groups/.shop.json";
constexpr const char* StateOfApi = "programs/api/.state.json";
constexpr const char* StateOfWeb = "programs/web/.state.json";
constexpr const char* OwnState = "self/.state.json";

constexpr const char* GroupWaits = "group shop goes on once it can be written down: ";

struct GroupOnABadDisk : Several {
    ::testing::AssertionResult servesBoth()
    {
        environment = calls.environment();
        auto result = serve({{"api", scratch.copyOf(HELLO, "1.0.0"), "group = shop\n"},
                             {"web", scratch.copyOf(HELLO, "1.0.0"), "group = shop\n"}});
        for (const auto* program : {"api", "web"})
            clients.push_back(std::make_unique<Clients>(scratch, address(program),
                                                        std::vector<std::string>{"--new", "50", "--kept", "50"}));
        return result;
    }
    void updateBoth()
    {
        for (const auto* program : {"api", "web"}) publish(program, "2.0.0", scratch.copyOf(HELLO, "2.0.0"));
        say("program web update");
    }
    // What it says last, behind what it said before.
    bool says(const std::string& text, const std::string& before) const
    {
        return eventually([&] {
            const auto said = baton->said();
            const auto at = said.find(before);
            return at != std::string::npos && said.find(text, at) != std::string::npos;
        });
    }
    bool areBoth(const std::string& phase) const
    {
        return eventually([&] { return of("api").state == phase && of("web").state == phase; });
    }
    std::string currentOf(const std::string& program) const
    {
        return store::Store(stateOf(program)).loadState()->current->version;
    }
    void bothCameToServe()
    {
        ASSERT_TRUE(comesToServe("api", "2.0.0"));
        ASSERT_TRUE(comesToServe("web", "2.0.0"));
    }
    void lostNothing()
    {
        for (const auto& one : clients) {
            const auto count = one->stop();
            EXPECT_GT(count.sent, 0U);
            EXPECT_EQ(count.failed, 0U) << count.report;
        }
    }

    FaultyCalls calls{scratch / "order"};
    std::vector<std::unique_ptr<Clients>> clients;
    fs::path record = state / "groups" / "shop.json";
};

struct Fault23OfAGroup : GroupOnABadDisk, ::testing::WithParamInterface<DiskFault> {};

TEST_P(Fault23OfAGroup, TakesEachStepOnceItIsWrittenDown)
{
    const auto& fault = GetParam();
    ASSERT_TRUE(servesBoth());

    calls.fail(fault.call, fault.error, Record);
    updateBoth();
    ASSERT_TRUE(baton->says(GroupWaits));
    EXPECT_THAT(baton->said(), HasSubstr(std::strerror(fault.error)));
    EXPECT_THAT(baton->said(), Not(HasSubstr("starts beside")));
    EXPECT_FALSE(fs::exists(record));
    EXPECT_TRUE(isServing("api", "1.0.0") && isServing("web", "1.0.0"));

    calls.failInstead(StateOfWeb, 1); // It begins.
    ASSERT_TRUE(baton->says("web: could not record the step \"drain 1.0.0\", so it is not taken"));
    EXPECT_EQ(of("web").state, "probationBeside");

    calls.failInstead(Record);
    ASSERT_TRUE(says(GroupWaits, "web: 2.0.0 serves alone"));
    EXPECT_TRUE(areBoth("probationAlone"));
    EXPECT_THAT(baton->said(), Not(HasSubstr("committed")));

    calls.failInstead(StateOfWeb); // It is decided for both, and one has only the record of it.
    ASSERT_TRUE(baton->says("web: could not record the step \"commit 2.0.0\" yet"));
    bothCameToServe();
    EXPECT_EQ(currentOf("web"), "1.0.0");
    EXPECT_THAT(readFile(record), HasSubstr("\"commit\""));

    calls.failInstead("programs/web/history.jsonl");
    EXPECT_TRUE(eventually([this] { return !fs::exists(record); })) << "nobody needs it any more";
    EXPECT_EQ(currentOf("web"), "2.0.0");
    calls.heal();
    lostNothing();
    EXPECT_EQ(stop(), 0);
    for (const auto* program : {"api", "web"}) {
        EXPECT_THAT(historyOf(program), ElementsAre("committed 2.0.0"));
        EXPECT_THAT(store::Store(stateOf(program)).loadState()->blocked, IsEmpty());
    }
    EXPECT_TRUE(stateIsWhole());
}

INSTANTIATE_TEST_SUITE_P(Of, Fault23OfAGroup, Each, nameOf);

// One cannot begin: the other waits beside its old release, and both are begun anew by the next Baton.
TEST_F(GroupOnABadDisk, Fault23OfAStartLeavesBothWithTheirOldRelease)
{
    ASSERT_TRUE(servesBoth());

    calls.fail("fsync", EIO, StateOfApi, 1); // It is installed.
    updateBoth();
    ASSERT_TRUE(baton->says("api: could not record the step \"start 2.0.0\", so it is not taken"));
    ASSERT_TRUE(baton->says("api: the hand-over to 2.0.0 could not begin"));
    ASSERT_TRUE(baton->says("web: 2.0.0 on probation beside 1.0.0"));
    EXPECT_TRUE(eventually([this] { return of("web").state == "probationBeside"; }));
    EXPECT_TRUE(isServing("api", "1.0.0"));
    lostNothing();
    EXPECT_EQ(stop(), 0);
    EXPECT_THAT(baton->said(), Not(HasSubstr("told to drain")));
    calls.heal();
    runAgain();

    bothCameToServe();
    EXPECT_TRUE(eventually([this] { return !fs::exists(record); }));
    EXPECT_EQ(stop(), 0);
    for (const auto* program : {"api", "web"}) EXPECT_THAT(historyOf(program), ElementsAre("committed 2.0.0"));
}

// Both or neither, and it was both: the record stays until each member has it.
TEST_F(GroupOnABadDisk, Fault23OfACommitThatOneCouldNotWriteDownIsMadeUpForByTheNextBaton)
{
    ASSERT_TRUE(servesBoth());
    calls.fail("write", ENOSPC, Record, 1); // It begins.
    updateBoth();
    ASSERT_TRUE(baton->says(GroupWaits));
    calls.failInstead(StateOfWeb);
    ASSERT_TRUE(baton->says("web: could not record the step \"commit 2.0.0\" yet"));
    bothCameToServe();

    for (int i = 0; i < 2; ++i) { // And once more where there still is no space.
        baton->signal(SIGKILL);
        EXPECT_EQ(baton->end(), 128 + SIGKILL);
        EXPECT_EQ(currentOf("api"), "2.0.0");
        EXPECT_EQ(currentOf("web"), "1.0.0");
        runAgain();
        ASSERT_TRUE(baton->says("web: 2.0.0 was committed by a Baton that was killed"));
        bothCameToServe();
        EXPECT_TRUE(fs::exists(record));
    }
    calls.heal();

    EXPECT_TRUE(eventually([this] { return !fs::exists(record); }));
    EXPECT_EQ(currentOf("web"), "2.0.0");
    lostNothing();
    EXPECT_EQ(stop(), 0);
    for (const auto* program : {"api", "web"}) EXPECT_THAT(historyOf(program), ElementsAre("committed 2.0.0"));
}

struct OwnReleaseOnABadDisk : OwnReleases {
    std::string stepOf(const std::string& name) const
    {
        return "could not record the step \"" + name + "\", so it is not taken";
    }

    FaultyCalls calls{scratch / "order"};
};

struct Fault23OfBaton : OwnReleaseOnABadDisk, ::testing::WithParamInterface<DiskFault> {};

TEST_P(Fault23OfBaton, TakesEachStepOnceItIsWrittenDown)
{
    const auto& fault = GetParam();
    ASSERT_TRUE(servesHello(calls.environment()));
    const auto program = pidOfRelease();
    const auto before = executable();
    Clients clients(scratch, web, {"--new", "64", "--kept", "64", "--connections", "16"});

    calls.fail(fault.call, fault.error, OwnState);
    offerBaton("9.0.0", archive("9.0.0"));
    ASSERT_TRUE(baton->says(stepOf("install 9.0.0")));
    EXPECT_THAT(baton->said(), HasSubstr(std::strerror(fault.error)));

    calls.letOneThrough();
    check(); // Whatever lies there is looked at again.
    ASSERT_TRUE(baton->says(stepOf("take over by Baton 9.0.0")));
    EXPECT_EQ(executable(), before);

    calls.letOneThrough();
    ASSERT_TRUE(baton->says(stepOf("commit Baton 9.0.0")));
    EXPECT_TRUE(isOwn("9.0.0"));
    EXPECT_FALSE(own().loadState()->current);

    calls.heal();
    ASSERT_TRUE(baton->says("Baton 9.0.0 committed"));
    EXPECT_EQ(pidOfRelease(), program);
    EXPECT_TRUE(isServing("1.0.0"));
    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_THAT(ownHistory(), ElementsAre("committed 9.0.0: "));
    EXPECT_THAT(own().loadState()->blocked, IsEmpty());
    EXPECT_TRUE(stateIsWhole());
    EXPECT_EQ(stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(Of, Fault23OfBaton, Each, nameOf);

TEST_F(OwnReleaseOnABadDisk, Fault23OfItsHistoryLosesNoLine)
{
    ASSERT_TRUE(servesHello(calls.environment()));
    calls.fail("write", EIO, "self/history.jsonl");
    offerBaton("9.0.0", archive("9.0.0"));

    ASSERT_TRUE(baton->says("could not append to the history yet"));
    ASSERT_TRUE(baton->says("Baton 9.0.0 committed"));
    EXPECT_THAT(ownHistory(), IsEmpty());
    EXPECT_EQ(stop(), 0);
    calls.heal();
    restart();
    ASSERT_TRUE(baton->says("1.0.0 serves"));

    EXPECT_THAT(ownHistory(), ElementsAre("committed 9.0.0: "));
    EXPECT_TRUE(isOwn("9.0.0"));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
