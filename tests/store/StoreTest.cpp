#include "client/store/Store.h"

#include "client/os/Files.h"
#include "client/store/Recovery.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace baton::store {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ReleaseKey One{"1.0.0", std::string(64, 'a')};
const ReleaseKey Two{"1.1.0", std::string(64, 'b')};
const ReleaseKey Three{"1.2.0", std::string(64, 'c')};

struct StoreTest : ::testing::Test {
    StoreTest() { store.create(); }

    void write(const fs::path& path, const std::string& text) const
    {
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    void stage(const ReleaseKey& key, const std::string& content = "program") const
    {
        write(store.stagingDirectory(key) / "server", content);
        write(store.stagingDirectory(key) / ReleaseFileName, print(Release{key, {}, "server"}));
    }
    void installed(const ReleaseKey& key) const
    {
        stage(key);
        store.install(key);
    }

    testing::TemporaryDirectory directory;
    Store store{directory.path() / "state"};
};

TEST_F(StoreTest, KeepsWhatIsSaved)
{
    EXPECT_EQ(store.loadState(), std::nullopt);
    State state;
    state.current = One;
    store.save(state);
    EXPECT_EQ(store.loadState(), state);
    EXPECT_EQ(Store(store.root() / "").loadState(), state);
}

TEST_F(StoreTest, IsLockedByOneAtATime)
{
    auto first = store.lock();
    ASSERT_TRUE(first);
    EXPECT_FALSE(store.lock());
    first.reset();
    EXPECT_TRUE(store.lock());
}

TEST_F(StoreTest, IsNobodyElsesBusiness)
{
    store.save(State());
    EXPECT_EQ(fs::status(store.root()).permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::status(store.stateFile()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(StoreTest, InstallsWhatWasStagedAndNothingElse)
{
    stage(One);
    EXPECT_THAT(store.installed(), IsEmpty());

    store.install(One);

    EXPECT_FALSE(fs::exists(store.stagingDirectory(One)));
    ASSERT_TRUE(store.loadRelease(One));
    EXPECT_EQ(store.loadRelease(One)->program, "server");
}

TEST_F(StoreTest, InstallsOverWhatACrashLeftHalfRemoved)
{
    write(store.releaseDirectory(One) / "server", "half");
    stage(One);

    store.install(One);

    std::string content;
    std::ifstream(store.releaseDirectory(One) / "server") >> content;
    EXPECT_EQ(content, "program");
}

TEST_F(StoreTest, KeepsAnInstalledReleaseThatIsStagedOnceMore)
{
    installed(One);
    stage(One, "other");

    store.install(One);

    std::string content;
    std::ifstream(store.releaseDirectory(One) / "server") >> content;
    EXPECT_EQ(content, "program");
    EXPECT_FALSE(fs::exists(store.stagingDirectory(One)));
}

TEST_F(StoreTest, CountsADamagedReleaseAsNotInstalled)
{
    installed(One);
    installed(Two);
    write(store.releaseDirectory(One) / ReleaseFileName, "{\"vers");

    ASSERT_EQ(store.installed().size(), 1U);
    EXPECT_EQ(store.installed().front().key, Two);
    EXPECT_FALSE(store.loadRelease(One));
}

TEST_F(StoreTest, TellsApartDigestsThatBeginAlike)
{
    installed(One);
    auto other = One;
    other.sha256.back() = 'f';

    EXPECT_EQ(other.directoryName(), One.directoryName());
    EXPECT_FALSE(store.loadRelease(other));
}

TEST_F(StoreTest, RemovesWhatACrashLeftBehind)
{
    stage(Two);
    installed(One);
    write(store.releases() / ".old-1.0.0-abc" / "server", "rubbish");

    store.removeLeftovers();

    EXPECT_TRUE(fs::exists(store.releaseDirectory(One)));
    EXPECT_EQ(std::distance(fs::directory_iterator(store.releases()), {}), 1);
}

TEST_F(StoreTest, PointsItsLinksWhereTheStateSays)
{
    installed(One);
    State state;
    state.current = One;
    state.previous = Two;
    store.pointLinks(state);
    EXPECT_TRUE(fs::exists(store.root() / "current/server"));
    EXPECT_EQ(fs::read_symlink(store.root() / "previous"), "releases/" + Two.directoryName());

    state.previous.reset();
    store.pointLinks(state);
    EXPECT_FALSE(fs::is_symlink(store.root() / "previous"));
}

TEST_F(StoreTest, LeavesOutALineOfHistoryThatACrashCut)
{
    const HistoryLine line{"2026-11-23T18:00:00Z", "1.0.0", Two, Outcome::Committed, 0, ""};
    store.append(line);
    {
        std::ofstream file(store.historyFile(), std::ios::app);
        file << print(line).substr(0, 20);
    }
    store.append(line);

    EXPECT_THAT(store.history(), ElementsAre(line, line));
}

TEST_F(StoreTest, ForgetsAnAttemptWithItsBytesAndNothingElse)
{
    Attempt attempt;
    attempt.key = Two;
    attempt.from = "1.0.0";
    attempt.packages = {{"web", 5, Two.sha256, {"http://h/web"}, ""}};
    store.save(attempt);
    EXPECT_EQ(store.loadAttempt(), attempt);
    write(store.downloads() / Two.sha256, "hello");
    write(store.downloads() / (Two.sha256 + ".part"), "he");
    write(store.downloads() / "outbox.json", "{}");

    store.forgetAttempt();

    EXPECT_EQ(store.loadAttempt(), std::nullopt);
    EXPECT_FALSE(fs::exists(store.downloads() / Two.sha256));
    EXPECT_FALSE(fs::exists(store.downloads() / (Two.sha256 + ".part")));
    EXPECT_TRUE(fs::exists(store.downloads() / "outbox.json"));
}

TEST_F(StoreTest, KeepsWhatEveryAddressOfAPackageDid)
{
    Attempt attempt;
    attempt.key = Two;
    attempt.failuresPerUrl = 10;
    attempt.packages = {{"web", 5, Two.sha256, {"http://h/web", "http://i/web"}, "\"tag\"", {4, 1}},
                        {"words", 7, One.sha256, {"http://h/words"}, ""}};

    store.save(attempt);

    EXPECT_EQ(store.loadAttempt(), attempt);
    EXPECT_EQ(attempt.sizeBytes(), 12);
}

TEST_F(StoreTest, KeepsWhichAppAPackageIsOf)
{
    Attempt attempt;
    attempt.key = Two;
    attempt.packages = {{"web", 5, Two.sha256, {}, ""}, {"map", 7, One.sha256, {}, "", {}, "maps"}};
    attempt.apps = {{{"maps", "io.maps", "7.0.0"}, "6.0.0", "of the maps"}};
    attempt.pipelineId = "full";
    EXPECT_EQ(parseAttempt(print(attempt)), attempt);
    EXPECT_TRUE(attempt.brings("io.maps", "7.0.0"));
    EXPECT_FALSE(attempt.brings("io.maps", "6.0.0"));

    const Release release{Two, {{"web", 5, Two.sha256}, {"map", 7, One.sha256, "maps"}}, "", {attempt.apps[0].app}};
    EXPECT_EQ(parseRelease(print(release)), release);
    auto led = print(release);
    led.replace(led.find("\"app\": \"maps\""), 13, "\"app\": \"..\"");
    EXPECT_THROW(parseRelease(led), std::runtime_error);
}

TEST_F(StoreTest, ReadsAnAttemptOfABatonThatCountedNothingAndRefusesCountsThatCannotBe)
{
    Attempt attempt;
    attempt.key = Two;
    attempt.packages = {{"web", 5, Two.sha256, {"http://h/web"}, "", {3}}};
    const auto with = [text = print(attempt)](const std::string& was, const std::string& is) {
        auto changed = text;
        changed.replace(changed.find(was), was.size(), is);
        return changed;
    };
    const std::string counts = "\"failures\": [\n        3\n      ]";

    EXPECT_TRUE(parseAttempt(with(counts, "\"other\": 1")).packages[0].failures.empty());
    EXPECT_EQ(parseAttempt(with("\"failuresPerUrl\": 0", "\"other\": 0")).failuresPerUrl, 0);
    for (const auto* wrong : {"[3, 3]", "[-1]", "[1.5]", "[\"3\"]", "[1000001]"})
        EXPECT_THROW(parseAttempt(with(counts, "\"failures\": " + std::string(wrong))), std::runtime_error) << wrong;
    EXPECT_THROW(parseAttempt(with("\"failuresPerUrl\": 0", "\"failuresPerUrl\": -1")), std::runtime_error);
}

TEST_F(StoreTest, RecoversNothingWhereNothingIsDamaged)
{
    EXPECT_EQ(recoverState(store), RecoveredState());
    installed(One);
    State state;
    state.current = One;
    store.save(state);

    EXPECT_EQ(recoverState(store), (RecoveredState{state, {}}));
}

TEST_F(StoreTest, RecoversADamagedStateFromTheRestOfTheDirectory)
{
    installed(One);
    installed(Two);
    State state;
    state.current = Two;
    state.previous = One;
    store.pointLinks(state);
    store.append({"2026-11-23T18:00:00Z", "1.0.0", Two, Outcome::Committed, 0, ""});
    store.append({"2026-11-23T18:01:00Z", "1.1.0", Three, Outcome::RolledBack, 44, "it died"});
    write(store.stateFile(), "{\"format\":");

    const auto recovered = recoverState(store);

    state.blocked = {{Three, "it died", "2026-11-23T18:01:00Z"}};
    EXPECT_EQ(recovered.state, state);
    ASSERT_EQ(recovered.damage.size(), 1U);
    EXPECT_THAT(recovered.damage.front(), HasSubstr("state.json.damaged"));
    EXPECT_EQ(store.loadState(), state);
    EXPECT_TRUE(fs::exists(store.root() / "state.json.damaged"));
}

TEST_F(StoreTest, RecoversAMissingStateToo)
{
    installed(One);
    State state;
    state.current = One;
    store.pointLinks(state);

    const auto recovered = recoverState(store);

    EXPECT_EQ(recovered.state, state);
    ASSERT_EQ(recovered.damage.size(), 1U);
    EXPECT_THAT(recovered.damage.front(), HasSubstr("state.json is missing"));
    EXPECT_EQ(store.loadState(), state);
}

TEST_F(StoreTest, GoesBackToThePreviousReleaseWhenTheCurrentOneIsGone)
{
    installed(One);
    State state;
    state.current = Two;
    state.previous = One;
    store.save(state);

    auto recovered = recoverState(store);
    EXPECT_EQ(recovered.state.current, One);
    EXPECT_EQ(recovered.damage.size(), 1U);

    store.removeRelease(One);
    recovered = recoverState(store);
    EXPECT_EQ(recovered.state.current, std::nullopt);
}

TEST_F(StoreTest, KeepsTheNewestOfTheReleasesThatNobodyNeeds)
{
    const ReleaseKey four{"4.0.0", std::string(64, 'd')};
    auto age = std::chrono::hours(9);
    for (const auto& key : {One, Two, Three, four}) {
        installed(key);
        fs::last_write_time(store.releaseDirectory(key) / ReleaseFileName, fs::file_time_type::clock::now() - age);
        age -= std::chrono::hours(1);
    }
    const auto isUsed = [&](const ReleaseKey& key) { return key == One; };

    store.removeOldReleases({}, isUsed, 2);
    EXPECT_TRUE(store.loadRelease(One)) << "it runs";
    EXPECT_FALSE(store.loadRelease(Two)) << "it is the oldest that nobody needs";
    EXPECT_TRUE(store.loadRelease(Three));
    EXPECT_TRUE(store.loadRelease(four));

    State state;
    state.blocked = {{four, "it died", ""}};
    store.removeOldReleases(state, isUsed, 2);
    EXPECT_FALSE(store.loadRelease(four)) << "it is blocked";
    EXPECT_TRUE(store.loadRelease(Three));

    store.removeOldReleases(state, isUsed, 0);
    EXPECT_FALSE(store.loadRelease(Three));
    EXPECT_TRUE(store.loadRelease(One));
}

TEST_F(StoreTest, LetsTheOldestLinesOfTheHistoryGoAndKeepsTheirCount)
{
    for (int i = 0; i < 5; ++i) store.append({std::to_string(i), "1.0.0", Two, Outcome::Failed, 0, ""});

    store.shortenHistory(5);
    EXPECT_EQ(store.keptHistory().letGo, 0);
    store.shortenHistory(3);
    store.append({"5", "1.0.0", Two, Outcome::Failed, 0, ""});
    store.shortenHistory(2);

    const auto kept = store.keptHistory();
    EXPECT_EQ(kept.letGo, 4);
    EXPECT_EQ(kept.end(), 6);
    ASSERT_EQ(kept.lines.size(), 2U);
    EXPECT_EQ(kept.lines.front().time, "4");
    EXPECT_EQ(store.history(), kept.lines);
}

} // namespace
} // namespace baton::store
