#include "client/doctor/Checks.h"

#include "client/core/Timestamp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace baton::doctor {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

WallTime timeOf(const char* text) { return parseTimestamp(text).value(); }

MachineFacts goodMachine()
{
    MachineFacts machine;
    machine.isRoot = true;
    machine.landlock = 7;
    machine.openat2 = true;
    machine.pidfd = true;
    machine.mostWaiting = 4096;
    machine.networkNamespace = true;
    machine.cgroup = "/sys/fs/cgroup/system.slice/web.service";
    machine.cgroupIsOurs = true;
    machine.rehearsals = {{"stager"}};
    return machine;
}

/// Signed releases, one installed, one Baton that runs it.
InstallationFacts goodInstallation()
{
    InstallationFacts facts;
    facts.now = timeOf("2026-11-24T00:00:00Z");
    facts.store.directory = "/var/lib/web";
    facts.store.exists = true;
    facts.store.owner = "web";
    facts.store.mode = 0700;
    facts.store.isWritable = true;
    facts.store.freeBytes = std::uintmax_t{10} * 1024 * 1024 * 1024;
    facts.store.currentBytes = 1024 * 1024;
    store::State state;
    state.current = store::ReleaseKey{"1.5.0", std::string(64, 'a')};
    state.trust = store::Trust{"{}", "2026-11-20T00:00:00Z", "2026-12-20T00:00:00Z", "2026-10-01T12:00:00Z"};
    facts.store.state = state;
    facts.signatures.areOptionsKnown = true;
    facts.signatures.isUpdated = true;
    facts.signatures.keys = 2;
    facts.running = {true, "", "serving", "1.5.0", "noupdate"};
    return facts;
}

template <typename Facts>
Finding about(const std::string& what, const Facts& facts)
{
    for (auto& finding : examine(facts))
        if (finding.about == what) return finding;
    return {Grade::Fine, what, "nothing was said of it"};
}

TEST(Doctor, FindsNothingWrongWhereAllIsFine)
{
    EXPECT_THAT(examine(goodMachine()), Each(Field(&Finding::grade, Grade::Fine)));
    EXPECT_THAT(examine(goodMachine()), Each(Field(&Finding::remedy, IsEmpty())));
    EXPECT_THAT(examine(goodInstallation()), Each(Field(&Finding::grade, Grade::Fine)));
    EXPECT_THAT(examine(goodInstallation()), Each(Field(&Finding::remedy, IsEmpty())));
    EXPECT_FALSE(isAnyBroken(examine(goodInstallation())));
}

struct MachineCase {
    const char* about;
    std::function<void(MachineFacts&)> spoil;
    Grade grade;
    const char* says;
};

TEST(Doctor, SaysWhatAMachineLacksAndWhatToDo)
{
    const std::vector<MachineCase> cases{
        {"user", [](auto& facts) { facts.isRoot = false; }, Grade::Weak,
         "not root: Baton and the program are one user"},
        {"Landlock", [](auto& facts) { facts.landlock = 0; }, Grade::Weak, "the kernel has none"},
        {"Landlock", [](auto& facts) { facts.landlock = 3; }, Grade::Weak, "version 3: files, but no rules for TCP"},
        {"network namespace", [](auto& facts) { facts.networkNamespace = false; }, Grade::Weak,
         "none may be made here"},
        {"openat2", [](auto& facts) { facts.openat2 = false; }, Grade::Broken, "no download can be staged"},
        {"pidfd", [](auto& facts) { facts.pidfd = false; }, Grade::Broken, "no program can be supervised"},
        {"accept queue", [](auto& facts) { facts.mostWaiting = 128; }, Grade::Weak,
         "no more than 128 connections wait at a listener"},
        {"cgroup", [](auto& facts) { facts.cgroup.reset(); }, Grade::Weak, "no cgroup v2 is mounted"},
        {"cgroup", [](auto& facts) { facts.cgroupIsOurs = false; }, Grade::Weak, "web.service is not given to us"},
        {"stager", [](auto& facts) { facts.rehearsals[0].missing = {"seccomp: no"}; }, Grade::Weak,
         "without seccomp: no"},
        {"stager", [](auto& facts) { facts.rehearsals[0].failure = "no process"; }, Grade::Broken, "no process"}};
    for (const auto& [what, spoil, grade, says] : cases) {
        auto machine = goodMachine();
        spoil(machine);

        const auto finding = about(what, machine);

        EXPECT_EQ(finding.grade, grade) << says;
        EXPECT_THAT(finding.sentence, HasSubstr(says));
        EXPECT_FALSE(finding.remedy.empty()) << says;
    }
}

TEST(Doctor, LeavesSignalsToSeccompWhereLandlockDoesNotKnowThem)
{
    auto machine = goodMachine();
    machine.landlock = 5;
    EXPECT_EQ(about("Landlock", machine).grade, Grade::Fine);
    EXPECT_THAT(about("Landlock", machine).sentence, HasSubstr("none for signals"));
}

struct InstallationCase {
    const char* about;
    std::function<void(InstallationFacts&)> spoil;
    Grade grade;
    const char* says;
};

void expectEach(const std::vector<InstallationCase>& cases)
{
    for (const auto& [what, spoil, grade, says] : cases) {
        auto installation = goodInstallation();
        spoil(installation);

        const auto finding = about(what, installation);

        EXPECT_EQ(finding.grade, grade) << says;
        EXPECT_THAT(finding.sentence, HasSubstr(says));
        EXPECT_EQ(finding.remedy.empty(), grade == Grade::Fine) << says;
    }
}

TEST(Doctor, LooksAfterTheStateDirectory)
{
    expectEach(
        {{"state directory",
          [](auto& facts) {
              facts.store = {};
              facts.store.directory = "/a";
          },
          Grade::Fine, "/a is not there yet"},
         {"state directory", [](auto& facts) { facts.store.unreadable = "open: no"; }, Grade::Broken, "open: no"},
         {"state directory", [](auto& facts) { facts.store.isWritable = false; }, Grade::Broken,
          "this user cannot write"},
         {"state directory", [](auto& facts) { facts.store.mode = 01777; }, Grade::Broken,
          "mode 1777: everybody may write"},
         {"state directory", [](auto& facts) { facts.store.mode = 0770; }, Grade::Weak, "its group may write there"},
         {"state directory", [](auto& facts) { facts.store.exposed = "/var/open"; }, Grade::Broken,
          "/var/open, above it"},
         {"disk", [](auto& facts) { facts.store.freeBytes = 0; }, Grade::Broken, "no step of an update"},
         {"disk", [](auto& facts) { facts.store.freeBytes = 70'000'000; }, Grade::Weak,
          "70.0 MB are free, and an update may need 70.2 MB"},
         {"noexec", [](auto& facts) { facts.store.isNoExec = true; }, Grade::Broken,
          "/var/lib/web/releases is mounted noexec: no release"},
         {"noexec", [](auto& facts) { facts.store.isNoExec = facts.store.isCurrentTree = true; }, Grade::Weak,
          "mounted noexec"},
         {"state", [](auto& facts) { facts.store.damage = "state.json is damaged: x"; }, Grade::Broken, "damaged: x"},
         {"state", [](auto& facts) { facts.store.state.reset(); }, Grade::Fine, "no release is installed yet"},
         {"state", [](auto& facts) { facts.store.isCurrentWhole = false; }, Grade::Broken,
          "1.5.0 is the current one, and does not"}});
}

TEST(Doctor, SaysWhetherReleasesMustBeSignedAndSinceWhen)
{
    expectEach(
        {{"signatures", [](auto&) {}, Grade::Fine, "required, since 2026-10-01T12:00:00Z: 2 keys"},
         {"signatures", [](auto& facts) { facts.signatures.areBuiltIn = true; }, Grade::Fine,
          "2 keys built into this program"},
         {"signatures", [](auto& facts) { facts.store.state->trust.reset(); }, Grade::Fine,
          "required, from the next start"},
         {"signatures", [](auto& facts) { facts.signatures.fault = "--public-key: no"; }, Grade::Broken,
          "--public-key: no"},
         {"signatures", [](auto& facts) { facts.signatures.keys = 0; }, Grade::Broken, "there is no key any more"},
         {"signatures",
          [](auto& facts) {
              facts.signatures.keys = 0;
              facts.signatures.isGivenUp = true;
          },
          Grade::Weak, "gives them up"},
         {"signatures", [](auto& facts) { facts.signatures = {}; }, Grade::Fine,
          "required, since 2026-10-01T12:00:00Z; which keys"},
         {"signatures",
          [](auto& facts) {
              facts.signatures.keys = 0;
              facts.store.state->trust.reset();
          },
          Grade::Weak, "no key is configured, so digests alone are verified"},
         {"signatures",
          [](auto& facts) {
              facts.signatures = {};
              facts.store.state->trust.reset();
          },
          Grade::Weak, "no key was ever configured"},
         {"server",
          [](auto& facts) {
              facts.signatures.keys = 0;
              facts.signatures.isUpdated = false;
              facts.store.state->trust.reset();
          },
          Grade::Weak, "nothing is updated"}});
}

TEST(Doctor, SaysHowOldTheNewestStatementIs)
{
    expectEach(
        {{"statement", [](auto&) {}, Grade::Fine, "4 days old; it holds until 2026-12-20T00:00:00Z"},
         {"statement", [](auto& facts) { facts.now = timeOf("2026-12-20T00:00:00Z"); }, Grade::Broken,
          "30 days old, and ran out at"},
         {"statement", [](auto& facts) { facts.store.state->trust->issued.clear(); }, Grade::Fine,
          "no signed statement was seen"},
         {"statement", [](auto& facts) { facts.store.state->trust.reset(); }, Grade::Fine, "nothing was said of it"}});
}

TEST(Doctor, SaysWhatRuns)
{
    expectEach({{"Baton", [](auto&) {}, Grade::Fine, "it answers: release 1.5.0, serving"},
                {"Baton",
                 [](auto& facts) {
                     facts.running = {false, "no Baton answers: x"};
                 },
                 Grade::Weak, "no Baton answers: x"},
                {"Baton", [](auto& facts) { facts.running.state = "ended"; }, Grade::Broken, "ended"},
                {"Baton",
                 [](auto& facts) {
                     facts.running.version.clear();
                     facts.running.state = "empty";
                 },
                 Grade::Fine, "no release, empty"},
                {"Baton", [](auto& facts) { facts.running.lastCheckResult = "failed: refused"; }, Grade::Weak,
                 "the last check failed: refused"}});
}

TEST(Doctor, NamesTheNewestReleasesThatAreBlocked)
{
    auto installation = goodInstallation();
    auto& blocked = installation.store.state->blocked;
    for (int i = 0; i < 20; ++i)
        blocked.push_back({{"2." + std::to_string(i), std::string(64, 'b')}, "it crashed", "2026-11-23T18:00:00Z"});

    Findings found;
    for (const auto& finding : examine(installation))
        if (finding.about == "blocked") found.push_back(finding);

    ASSERT_THAT(found, SizeIs(9));
    EXPECT_EQ(found.front().sentence, "release 2.19, since 2026-11-23T18:00:00Z: it crashed");
    EXPECT_EQ(found.back().sentence, "12 more");
    EXPECT_THAT(found, Each(Field(&Finding::grade, Grade::Weak)));
    installation.store.state->blockedUpTo = "1.9";
    EXPECT_THAT(examine(installation),
                ::testing::Contains(Field(&Finding::sentence, HasSubstr("not newer than 1.9, is blocked"))));
    blocked.resize(8);
    EXPECT_EQ(about("blocked", installation).sentence, "release 2.7, since 2026-11-23T18:00:00Z: it crashed");
}

TEST(Doctor, NamesTheProgramOfAnInstallation)
{
    auto installation = goodInstallation();
    installation.program = "web";
    EXPECT_THAT(examine(installation), Each(Field(&Finding::program, "web")));
}

TEST(Doctor, TellsOfAConfigurationFileThatIsWrong)
{
    EXPECT_THAT(examine(ConfigFacts{}), IsEmpty());
    EXPECT_EQ(examine(ConfigFacts{"/etc/web.ini", ""}).front().grade, Grade::Fine);
    EXPECT_EQ(examine(ConfigFacts{"/etc/web.ini", "line 3"}).front().grade, Grade::Broken);
    EXPECT_EQ(examine(ConfigFacts{"/etc/web.ini", "line 3"}).front().sentence, "line 3");
}

} // namespace
} // namespace baton::doctor
