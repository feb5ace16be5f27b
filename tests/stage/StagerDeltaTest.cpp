// Packages that come as deltas: whatever is wrong with one, the release is not blamed for it.
#include "client/delta/Create.h"
#include "tests/stage/StagedStore.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace baton::stage {
namespace {

using ::testing::HasSubstr;

const std::string Old = "#!/bin/sh\n" + std::string(5'000, 'o') + "\n";
const std::string New = "#!/bin/sh\n" + std::string(5'000, 'o') + "and more\n";

// The directory is there before the store that lies in it.
struct StagerDelta : ::testing::Test, Scratch, StagedStore {
    StagerDelta() : StagedStore(path() / "state") {}

    // The release that is installed; its program's place.
    std::filesystem::path installed()
    {
        offer(Old);
        EXPECT_EQ(run(Expected::Program).kind, store::VerdictKind::Staged);
        const store::ReleaseKey key{"2.0.0", verify::sha256Of(Old)};
        store.install(key);
        store.forgetAttempt();
        return store.releaseDirectory(key) / "app";
    }

    static std::string patchOf(const std::string& from, const std::string& to)
    {
        std::string patch;
        delta::create(delta::Algorithm::BsdiffZstd, from, to, [&](std::string_view bytes) { patch += bytes; });
        return patch;
    }

    // Offers New, of which only the patch was fetched.
    store::ReleaseKey offerDelta(const std::string& patch, const std::string& from = verify::sha256Of(Old))
    {
        const auto key = offer(New);
        std::filesystem::remove(download(key));
        auto attempt = store.loadAttempt().value();
        attempt.key.version = "3.0.0";
        const auto sha256 = verify::sha256Of(patch);
        attempt.packages[0].delta =
            store::AttemptDelta{from, static_cast<std::int64_t>(patch.size()), sha256, {"http://x/"}};
        store.save(attempt);
        os::writeDurably(store.downloads() / sha256, patch);
        return attempt.key;
    }

    void expectUnusable(const std::string& why)
    {
        const auto verdict = run(Expected::Program);

        EXPECT_EQ(verdict.kind, store::VerdictKind::Failed) << "a release is blocked for its own faults alone";
        EXPECT_EQ(verdict.code, code::DeltaUnusable);
        EXPECT_THAT(verdict.reason, HasSubstr("the full package is fetched"));
        EXPECT_THAT(verdict.reason, HasSubstr(why));
        EXPECT_TRUE(isClean());
    }
};

TEST_F(StagerDelta, MakesThePackageOfWhatIsInstalled)
{
    installed();
    const auto key = offerDelta(patchOf(Old, New));

    EXPECT_EQ(run(Expected::Program).kind, store::VerdictKind::Staged);

    std::ifstream in(store.stagingDirectory(key) / "app", std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), New);
}

TEST_F(StagerDelta, AsksForTheOldPackagesDigestFirst)
{
    const auto program = installed();
    offerDelta(patchOf(Old, New));
    std::ofstream(program, std::ios::app) << "altered";

    expectUnusable("was altered");
}

TEST_F(StagerDelta, NeedsTheOldPackage)
{
    installed();
    offerDelta(patchOf(Old, New), std::string(64, 'a'));

    expectUnusable("is not installed here");
}

TEST_F(StagerDelta, BelievesNoPatchThatMakesSomethingElse)
{
    installed();
    auto other = New;
    other.back() = '!';
    offerDelta(patchOf(Old, other));

    expectUnusable("instead of the promised");
}

TEST_F(StagerDelta, BelievesNoPatchThatMakesMore)
{
    installed();
    offerDelta(patchOf(Old, New + "more"));

    expectUnusable("instead of the promised");
}

TEST_F(StagerDelta, TakesWhatIsNoPatchForNone)
{
    installed();
    offerDelta("no patch at all");

    expectUnusable("it is no patch");
}

TEST_F(StagerDelta, FollowsNoLinkToAPatch)
{
    installed();
    offerDelta(patchOf(Old, New));
    const auto sha256 = verify::sha256Of(patchOf(Old, New));
    std::filesystem::rename(store.downloads() / sha256, store.downloads() / "elsewhere");
    std::filesystem::create_symlink("elsewhere", store.downloads() / sha256);

    expectUnusable("is no plain file");
}

} // namespace
} // namespace baton::stage
