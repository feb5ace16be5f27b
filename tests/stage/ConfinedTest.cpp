// The stager's confinement, from inside: what it needs works, and what it has no use for is refused.
#include "client/stage/Confined.h"

#include "client/delta/Create.h"
#include "tests/stage/StagedStore.h"
#include "tests/stage/Tar.h"
#include "tests/support/ForbiddenDeeds.h"

#include <gtest/gtest.h>

#include <fstream>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;
using store::VerdictKind;
using testing::Deed;
using testing::ForbiddenToAll;
using testing::Ground;
using testing::hasAllLayers;
using testing::hasSocket;
using testing::opens;

const std::string Script = "#!/bin/sh\nexit 0\n";

struct Confined : testing::ConfinedTest, StagedStore {
    Confined() : StagedStore(directory.path() / "state") {}

    int inside(const std::function<int()>& deed) const
    {
        return testing::inside([this] { confineTo(store, Limits()); }, deed);
    }

    VerdictKind stagedInside(Expected expected) const
    {
        return static_cast<VerdictKind>(inside([&] {
            KeptLog log;
            return static_cast<int>(stage::run(store, {expected, "app", {}}, log).kind);
        }));
    }
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

const std::array ForbiddenToAStager{
    Deed{"writesADownload",
         [](const Ground& ground) { return opens(ground.others / "downloads/new", O_WRONLY | O_CREAT); }},
    Deed{"opensATcpSocket", [](const Ground&) { return hasSocket(AF_INET, SOCK_STREAM); }},
    Deed{"opensAUdpSocket", [](const Ground&) { return hasSocket(AF_INET6, SOCK_DGRAM); }},
    Deed{"opensAUnixSocket", [](const Ground&) { return hasSocket(AF_UNIX, SOCK_STREAM); }},
    Deed{"writesEndlessly",
         [](const Ground& ground) {
             const int file = ::open((ground.own / "long").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
             return ::pwrite(file, "x", 1, Limits().bytes) == 1;
         }},
};

TEST_F(Confined, RefusesWhatAStagerNeverDoes)
{
    static_assert(ForbiddenToAll.size() + ForbiddenToAStager.size() >= 28);
    std::ofstream(store.releases() / "inside") << "x";
    expectRefused([this] { confineTo(store, Limits()); }, ForbiddenToAStager, store.releases(), store.root());
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
