#include "client/source/Source.h"
#include "tests/stage/StagedStore.h"
#include "tests/support/SignedStatements.h"

#include <gmock/gmock.h>

namespace baton::stage {
namespace {

using baton::testing::envelopeOf;
using baton::testing::listOf;
using baton::testing::newKey;
using baton::testing::publicOf;
using baton::testing::timeOf;
using ::testing::HasSubstr;

constexpr const char* Script = "#!/bin/sh\n";

// A finished download of version 2.0.0, and what its publisher says of it.
struct SignedDownload : ::testing::Test {
    SignedDownload()
    {
        signing.keys = publicOf({key});
        signing.appId = "io.example.web";
        signing.now = timeOf("2026-06-15T00:00:00Z");
        signing.isNewer = source::isNewer;
        download = staged.offer(Script);
        statement.appId = signing.appId;
        statement.version = "2.0.0";
        statement.packages = {{"app-2.0.bin", static_cast<std::int64_t>(std::string(Script).size()), download.sha256}};
        statement.issued = timeOf("2026-06-01T00:00:00Z");
        statement.expires = timeOf("2026-07-01T00:00:00Z");
    }

    store::Verdict run()
    {
        KeptLog log;
        return stage::run(staged.store, {Expected::Program, "app", {}, signing}, log);
    }
    store::Verdict runWith(const store::Papers& papers)
    {
        staged.store.save(papers);
        return run();
    }
    store::Papers papers() const { return {{{"", envelopeOf(statement, {key})}}, {}}; }

    Scratch scratch;
    StagedStore staged{scratch.path() / "state"};
    verify::PrivateKey key = newKey();
    Signing signing;
    store::ReleaseKey download;
    verify::Statement statement;
};

TEST_F(SignedDownload, IsStagedWithTheNameOfItsSigner)
{
    const auto verdict = runWith(papers());
    EXPECT_EQ(verdict.kind, store::VerdictKind::Staged) << verdict.reason;

    staged.store.install(download);
    EXPECT_THAT(staged.store.loadRelease(download)->signers, ::testing::ElementsAre(key.publicKey().id()));
    const auto learned = staged.store.loadLearned().value();
    EXPECT_EQ(learned.trust.issued, "2026-06-01T00:00:00Z");
    EXPECT_EQ(learned.trust.expires, "2026-07-01T00:00:00Z");
    EXPECT_FALSE(learned.refused);
    EXPECT_THAT(learned.trust.memory, HasSubstr(R"("highest":"")")) << "it is not committed yet";
    EXPECT_THAT(learned.ifCommitted, HasSubstr(R"("highest":"2.0.0")"));
}

TEST_F(SignedDownload, IsRefusedWithoutAWordOfItsPublisher)
{
    const auto verdict = run();
    EXPECT_EQ(verdict.kind, store::VerdictKind::Refused);
    EXPECT_EQ(verdict.code, code::SignatureMissing);
    EXPECT_THAT(verdict.reason, HasSubstr("no signed statement"));
    EXPECT_TRUE(staged.store.loadLearned()->refused) << "with other papers the same bytes may run";
    EXPECT_FALSE(std::filesystem::exists(staged.store.stagingDirectory(download)));
}

TEST_F(SignedDownload, IsRefusedWhereThereIsNobodyToBelieve)
{
    signing.keys.clear();
    EXPECT_THAT(runWith(papers()).reason, HasSubstr("no key to verify them with"));
}

TEST_F(SignedDownload, IsJudgedBeforeItsBytesAreLookedAt)
{
    std::filesystem::remove(staged.download(download));
    statement.appId = "io.example.other";
    EXPECT_THAT(runWith(papers()).reason, HasSubstr("is for the app io.example.other"));
}

TEST_F(SignedDownload, IsNotMadeOfWhatTheAgentAdds)
{
    staged.add("more", "more.bin");
    EXPECT_THAT(runWith(papers()).reason, HasSubstr("does not name the package more.bin"));
}

TEST_F(SignedDownload, TakesNoAppThatNobodyAskedFor)
{
    auto attempt = staged.store.loadAttempt().value();
    attempt.apps.push_back({{"maps", "io.example.maps", "3.0.0"}, "0.0.0"});
    staged.store.save(attempt);
    staged.add("map", "map.bin", "maps");
    EXPECT_THAT(runWith(papers()).reason, HasSubstr("nobody here asked for the app io.example.maps"));

    signing.others = {{"maps", "io.example.maps"}};
    EXPECT_THAT(runWith(papers()).reason, HasSubstr("maps: it has no signed statement"));

    auto of = statement;
    of.appId = "io.example.maps";
    of.version = "3.0.0";
    of.packages = {{"map.bin", 3, verify::sha256Of("map")}};
    auto both = papers();
    both.statements["maps"] = envelopeOf(of, {key});
    const auto verdict = runWith(both);
    EXPECT_EQ(verdict.kind, store::VerdictKind::Staged) << verdict.reason;
}

TEST_F(SignedDownload, TakesNoPackageOfAnAppThatIsNotThere)
{
    staged.add("map", "map.bin", "maps");
    EXPECT_THAT(runWith(papers()).reason, HasSubstr("belongs to no app that has a statement"));
}

TEST_F(SignedDownload, IsHeldAgainstWhatRanBefore)
{
    store::State state;
    state.trust = store::Trust();
    staged.store.save(state);
    auto later = statement;
    later.version = "3.0.0";
    verify::Memory memory;
    const verify::KeySet keys{publicOf({key}), 1};
    memory = verify::committed(verify::seen(memory, later, {key.publicKey().id()}, keys), later, {key.publicKey().id()},
                               keys, source::isNewer);
    state.trust->memory = print(memory);
    staged.store.save(state);

    EXPECT_THAT(runWith(papers()).reason, HasSubstr("2.0.0 is older than 3.0.0, which ran here before"));
}

TEST_F(SignedDownload, BringsNewKeysThatOutliveARefusal)
{
    const auto next = newKey();
    auto rotated = papers();
    rotated.keyLists = {envelopeOf(listOf(1, {next}), {key, next})};

    EXPECT_THAT(runWith(rotated).reason, HasSubstr("none of the trusted keys has signed it"));

    EXPECT_THAT(staged.store.loadLearned()->trust.memory, HasSubstr(R"("version":1)"));
}

TEST_F(SignedDownload, LeadsNobodyOutOfTheDownloads)
{
    const auto secret = scratch.path() / "papers.json";
    os::writeDurably(secret, print(papers()));
    std::filesystem::create_symlink(secret, staged.store.papersFile());
    EXPECT_THAT(run().reason, HasSubstr("papers.json is no plain file"));

    std::filesystem::remove(staged.store.papersFile());
    std::filesystem::create_hard_link(secret, staged.store.papersFile());
    EXPECT_THAT(run().reason, HasSubstr("has a second name"));

    std::filesystem::remove(staged.store.papersFile());
    os::writeDurably(staged.store.papersFile(), std::string(store::LongestPapers + 1, ' '));
    EXPECT_THAT(run().reason, HasSubstr("longer than anybody wants to read"));

    os::writeDurably(staged.store.papersFile(), "{");
    EXPECT_THAT(run().reason, HasSubstr("papers.json is damaged"));
}

TEST_F(SignedDownload, IsNotJudgedAnewOnceItRuns)
{
    ASSERT_EQ(runWith(papers()).kind, store::VerdictKind::Staged);
    staged.store.install(download);
    store::State state;
    state.current = download;
    staged.store.save(state);
    signing.now = timeOf("2027-01-01T00:00:00Z");

    EXPECT_EQ(run().kind, store::VerdictKind::Staged);
}

} // namespace
} // namespace baton::stage
