#include "client/stage/Stager.h"

#include "client/core/Failure.h"
#include "tests/stage/StagedStore.h"
#include "tests/stage/Tar.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;
using store::VerdictKind;

const std::string Script = "#!/bin/sh\nexit 0\n";

std::string archive() { return zstded(tar({{"bin/app", Script, '0', "", 0755}, {"conf", "x"}})); }

class Stager : public testing::Test {
protected:
    void expectRefused(const store::Verdict& verdict, int code, const std::string& sentence) const
    {
        EXPECT_EQ(verdict.kind, VerdictKind::Refused);
        EXPECT_EQ(verdict.code, code);
        EXPECT_NE(verdict.reason.find(sentence), std::string::npos) << verdict.reason;
        EXPECT_TRUE(staged.isClean());
    }

    void changeAttempt(const std::function<void(store::Attempt&)>& change) const
    {
        auto attempt = staged.store.loadAttempt().value();
        change(attempt);
        staged.store.save(attempt);
    }

    Scratch scratch;
    StagedStore staged{scratch.path() / "state"};
};

TEST_F(Stager, KeepsAnExecutableUnderTheProgramsName)
{
    const auto key = staged.offer(Script);
    const auto verdict = staged.run(Expected::Program);
    EXPECT_EQ(verdict, (store::Verdict{VerdictKind::Staged, key, 0, ""}));
    const auto directory = staged.store.stagingDirectory(key);
    EXPECT_EQ(os::readWhole(directory / "app"), Script);
    EXPECT_EQ(fs::status(directory / "app").permissions(), fs::perms{0755});

    const store::Release expected{key, {{"app-2.0.bin", static_cast<std::int64_t>(Script.size()), key.sha256}}, "app"};
    EXPECT_EQ(store::parseRelease(os::readWhole(directory / store::ReleaseFileName).value()), expected);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), {}), 2);
    staged.store.install(key);
    EXPECT_EQ(staged.store.loadRelease(key), expected);
}

TEST_F(Stager, UnpacksAnArchiveWhereATreeIsExpected)
{
    const auto key = staged.offer(archive());
    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);
    const auto directory = staged.store.stagingDirectory(key);
    EXPECT_EQ(os::readWhole(directory / "bin/app"), Script);
    EXPECT_EQ(store::parseRelease(os::readWhole(directory / store::ReleaseFileName).value()).program, "");
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), {}), 3);
}

TEST_F(Stager, KeepsOneFileUnderItsPackagesNameWhereATreeIsExpected)
{
    auto key = staged.offer("PK\3\4 a jar", "app.jar");
    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);
    EXPECT_EQ(os::readWhole(staged.store.stagingDirectory(key) / "app.jar"), "PK\3\4 a jar");
    EXPECT_EQ(fs::status(staged.store.stagingDirectory(key) / "app.jar").permissions(), fs::perms{0644});

    key = staged.offer(Script, "run.sh");
    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);
    EXPECT_EQ(fs::status(staged.store.stagingDirectory(key) / "run.sh").permissions(), fs::perms{0755});
}

TEST_F(Stager, RefusesWhatCannotTakeTheProgramsPlace)
{
    staged.offer(archive());
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "does not name {release}");
    staged.offer(tar({{"f", "x"}}));
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "it is an archive");
    staged.offer("<html>404</html>");
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "neither an executable file");
    staged.offer("BZh91AY&SY");
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "it is an archive or compressed");
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "compressed with gzip, xz or zstd");
    staged.offer(gzipped("no tar"));
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "it is");
}

TEST_F(Stager, RefusesBytesOtherThanThePromisedOnes)
{
    const auto key = staged.offer(Script);
    os::writeDurably(staged.download(key), "#!/bin/sh\nexit 1\n");
    expectRefused(staged.run(Expected::Program), code::HashMismatch, "instead of the promised " + key.sha256);
    os::writeDurably(staged.download(key), Script + "x");
    expectRefused(staged.run(Expected::Program), code::SizeMismatch, "longer than the promised 17 bytes");
    os::writeDurably(staged.download(key), "#!/bin/sh");
    expectRefused(staged.run(Expected::Program), code::SizeMismatch, "9 bytes instead of the promised 17");
    os::writeDurably(staged.download(key), "");
    expectRefused(staged.run(Expected::Program), code::SizeMismatch, "0 bytes instead of the promised 17");
    fs::remove(staged.download(key));
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "app-2.0.bin is missing");
}

TEST_F(Stager, TakesNoDownloadThatIsNotAPlainFileOfOneName)
{
    const auto key = staged.offer(Script);
    const auto aside = scratch.write("aside", Script);
    const auto download = staged.download(key);
    fs::create_hard_link(download, scratch.path() / "second");
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "has a second name");
    fs::remove(download);
    fs::create_symlink(aside, download);
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "is no plain file");
    fs::remove(download);
    ASSERT_EQ(::mkfifo(download.c_str(), 0600), 0);
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "is no plain file");
    fs::remove(download);
    fs::create_directory(download);
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "is no plain file");
}

TEST_F(Stager, BelievesNoAttemptThatContradictsItself)
{
    staged.offer(Script);
    changeAttempt([](auto& attempt) { attempt.key.sha256 = std::string(64, 'a'); });
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "another SHA-256 than the release");
}

TEST_F(Stager, HasNothingToSayWithoutAFinishedDownload)
{
    EXPECT_EQ(staged.run(Expected::Program), store::Verdict{});
    staged.offer(Script);
    for (const auto stage : {store::AttemptStage::Granted, store::AttemptStage::Downloading}) {
        changeAttempt([&](auto& attempt) { attempt.stage = stage; });
        EXPECT_EQ(staged.run(Expected::Program), store::Verdict{});
    }
    changeAttempt([&](auto& attempt) { attempt.stage = store::AttemptStage::Installed; });
    EXPECT_EQ(staged.run(Expected::Program).kind, VerdictKind::Staged);
}

TEST_F(Stager, FailsWithoutAKeyWhenTheAttemptCannotBeRead)
{
    os::writeDurably(staged.store.attemptFile(), "{");
    const auto verdict = staged.run(Expected::Program);
    EXPECT_EQ(verdict.kind, VerdictKind::Failed);
    EXPECT_EQ(verdict.key, store::ReleaseKey{});
    EXPECT_NE(verdict.reason.find("attempt.json is damaged"), std::string::npos) << verdict.reason;
    EXPECT_TRUE(store::parseVerdict(store::print(verdict)));
}

TEST_F(Stager, FindsWhatIsInstalledAlreadyAndNeedsNoDownloadForIt)
{
    const auto key = staged.offer(Script);
    ASSERT_EQ(staged.run(Expected::Program).kind, VerdictKind::Staged);
    staged.store.install(key);
    fs::remove(staged.download(key));
    EXPECT_EQ(staged.run(Expected::Program), (store::Verdict{VerdictKind::Staged, key, 0, ""}));
    EXPECT_TRUE(staged.isClean());
}

TEST_F(Stager, StartsAfreshOverWhatWasHalfMade)
{
    const auto key = staged.offer(archive());
    const auto directory = staged.store.stagingDirectory(key);
    fs::create_directories(directory / "bin");
    fs::create_symlink("/etc", directory / "conf");
    scratch.write("state/releases/" + directory.filename().string() + "/bin/app", "half");
    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);
    EXPECT_EQ(os::readWhole(directory / "bin/app"), Script);
    EXPECT_EQ(os::readWhole(directory / "conf"), "x");
    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged); // And over what is whole.
    EXPECT_EQ(os::readWhole(directory / "bin/app"), Script);
}

TEST_F(Stager, LaysSeveralPackagesIntoOneTree)
{
    const auto key = staged.offer(archive(), "app.tar.zst");
    staged.add(gzipped(tar({{"bin", "", '5', "", 0755}, {"bin/tool", Script, '0', "", 0755}, {"data/x", "1"}})), "t");
    staged.add("PK\3\4 a jar", "app.jar");
    staged.add(Script, "run.sh");

    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);

    const auto directory = staged.store.stagingDirectory(key);
    EXPECT_EQ(os::readWhole(directory / "bin/app"), Script);
    EXPECT_EQ(os::readWhole(directory / "bin/tool"), Script);
    EXPECT_EQ(os::readWhole(directory / "data/x"), "1");
    EXPECT_EQ(os::readWhole(directory / "app.jar"), "PK\3\4 a jar");
    EXPECT_EQ(fs::status(directory / "run.sh").permissions(), fs::perms{0755});
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), {}), 6);
    staged.store.install(key);
    EXPECT_EQ(staged.store.loadRelease(key)->packages.size(), 4U);
}

TEST_F(Stager, LaysFurtherPackagesBesideTheProgram)
{
    const auto key = staged.offer(Script);
    staged.add(archive(), "assets.tar.zst");
    staged.add(Script, "helper");

    EXPECT_EQ(staged.run(Expected::Program).kind, VerdictKind::Staged);

    const auto directory = staged.store.stagingDirectory(key);
    EXPECT_EQ(os::readWhole(directory / "app"), Script);
    EXPECT_EQ(os::readWhole(directory / "assets.tar.zst"), archive());
    EXPECT_EQ(fs::status(directory / "helper").permissions(), fs::perms{0755});
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), {}), 4);
    EXPECT_EQ(store::parseRelease(os::readWhole(directory / store::ReleaseFileName).value()).program, "app");
}

TEST_F(Stager, RefusesTwoPackagesThatWantOnePlace)
{
    staged.offer(Script);
    staged.add("other", "app");
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "app: the entry app is there twice");
    staged.offer(archive());
    staged.add("other", "conf");
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "app-2.0.bin: the entry conf is there twice");
    staged.offer(archive());
    staged.add(tar({{"bin/app", "other"}}), "second.tar");
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "second.tar: the entry bin/app is there twice");
    staged.offer(archive());
    staged.add(tar({{"bin", "no directory"}}), "second.tar");
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "the entry bin is there twice");
    staged.offer(archive());
    staged.add(tar({{"conf/x", "beneath a file"}}), "second.tar");
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "lies beneath conf");
    staged.offer(tar({{"link", "", '2', "bin"}, {"bin/app", Script}}));
    staged.add(tar({{"link/x", "through a link"}}), "second.tar");
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "lies beneath link");
    staged.offer(archive());
    staged.add(tar({{"empty", "", '5'}}), "second.tar");
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "second.tar: it is an archive without a");
}

TEST_F(Stager, LaysNothingOutBeforeEachPackageIsRight)
{
    const auto key = staged.offer(archive());
    staged.add("the second one", "second");
    const auto second = staged.store.loadAttempt()->packages.back().sha256;
    os::writeDurably(staged.store.downloads() / second, "the second 0ne");
    expectRefused(staged.run(Expected::Tree), code::HashMismatch, "second has the SHA-256 ");
    fs::remove(staged.store.downloads() / second);
    expectRefused(staged.run(Expected::Tree), code::CopyFailed, "second is missing");
    EXPECT_FALSE(fs::exists(staged.store.stagingDirectory(key)));
}

TEST_F(Stager, TakesNoNameInTheTreeForItsOwnCopies)
{
    const auto key = staged.offer(tar({{".payload-0", "mine"}, {".payload-1", "mine too"}}));
    staged.add("beside", "second");

    EXPECT_EQ(staged.run(Expected::Tree).kind, VerdictKind::Staged);

    EXPECT_EQ(os::readWhole(staged.store.stagingDirectory(key) / ".payload-1"), "mine too");
}

TEST_F(Stager, PassesNoOtherPackagesUnderTheNameOfAnInstalledRelease)
{
    const auto key = staged.offer(Script);
    staged.add("one", "second");
    ASSERT_EQ(staged.run(Expected::Program).kind, VerdictKind::Staged);
    staged.store.install(key);

    staged.offer(Script, "first-by-another-name");
    staged.add("one", "second");
    EXPECT_EQ(staged.run(Expected::Program).kind, VerdictKind::Staged);
    staged.offer(Script);
    staged.add("two", "second");
    const auto verdict = staged.run(Expected::Program);

    EXPECT_EQ(verdict.kind, VerdictKind::Failed); // Not refused: that would block what is installed.
    EXPECT_NE(verdict.reason.find("installed here with other packages"), std::string::npos) << verdict.reason;
}

TEST_F(Stager, LaysThePackagesOfOneMoreAppIntoItsDirectoryAsTheyAre)
{
    for (const auto expected : {Expected::Tree, Expected::Program}) {
        const auto key = staged.offer(expected == Expected::Tree ? archive() : Script);
        staged.add(archive(), "maps.tar.zst", "maps");
        staged.add("BZh of somebody's own", "index", "maps");
        staged.add(Script, "maps.tar.zst", "words"); // The same name, another app.
        changeAttempt([](auto& attempt) { attempt.apps = {{{"maps", "io.maps", "7.0.0"}, "6.0.0"}}; });

        ASSERT_EQ(staged.run(expected).kind, VerdictKind::Staged);

        const auto directory = staged.store.stagingDirectory(key);
        EXPECT_EQ(os::readWhole(directory / "maps" / "maps.tar.zst"), archive());
        EXPECT_EQ(os::readWhole(directory / "maps" / "index"), "BZh of somebody's own");
        EXPECT_EQ(os::readWhole(directory / "words" / "maps.tar.zst"), Script);
        const auto release = store::parseRelease(os::readWhole(directory / store::ReleaseFileName).value());
        EXPECT_EQ(release.packages.at(1).app, "maps");
        EXPECT_EQ(release.apps, (std::vector<store::StoredApp>{{"maps", "io.maps", "7.0.0"}}));
        staged.store.discardStaged(key);
    }
    staged.offer(Script);
    staged.add("x", "y", "app"); // Where the program stands.
    expectRefused(staged.run(Expected::Program), code::CopyFailed, "lies beneath app");
}

} // namespace
} // namespace baton::stage
