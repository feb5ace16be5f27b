#include "client/stage/Unpack.h"

#include "client/stage/Refusal.h"
#include "tests/stage/Scratch.h"
#include "tests/stage/Tar.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;

mode_t modeOf(const fs::path& path)
{
    struct stat status {};
    os::check(::lstat(path.c_str(), &status), "stat " + path.string());
    return status.st_mode & 07777U;
}

class Unpack : public testing::Test {
protected:
    void unpackBytes(const std::string& bytes, Compression compression, const Limits& limits = {})
    {
        const auto packed = scratch.write("packed", bytes);
        fs::create_directory(top);
        const auto file = os::open(packed, O_RDONLY);
        unpack({file.get(), static_cast<std::int64_t>(bytes.size()), compression}, top, limits);
    }

    std::string text(const std::string& name) const { return os::readWhole(top / name).value_or("(none)"); }

    Scratch scratch;
    fs::path top = scratch.path() / "top";
};

std::string good()
{
    return tar({{"./", "", '5', "", 0700},
                {"./bin/", "", '5', "", 02777},
                {"./bin/app", "#!/bin/sh\n", '0', "", 06711},
                {"./bin/alias", "", '2', "app"},
                {"./share/deep/up", "", '2', "../../bin"},
                {"share/", "", '5'},
                {"share/empty", ""},
                {"share/data", std::string(5000, 'd'), '0', "", 0666}});
}

TEST_F(Unpack, MakesTheSameTreeOfEachCompression)
{
    const std::map<Compression, std::string> all{{Compression::None, good()},
                                                 {Compression::Gzip, gzipped(good())},
                                                 {Compression::Xz, xzed(good())},
                                                 {Compression::Zstd, zstded(good())}};
    for (const auto& [compression, bytes] : all) {
        unpackBytes(bytes, compression);
        EXPECT_EQ(text("bin/alias"), "#!/bin/sh\n");
        EXPECT_EQ(text("share/data"), std::string(5000, 'd'));
        EXPECT_EQ(text("share/empty"), "");
        EXPECT_EQ(fs::read_symlink(top / "share/deep/up"), "../../bin");
        EXPECT_EQ(text("share/deep/up/app"), "#!/bin/sh\n");
        fs::remove_all(top);
    }
}

TEST_F(Unpack, KnowsTwoModesOnlyWhateverTheArchiveAndTheUmaskSay)
{
    const auto before = ::umask(0077);
    unpackBytes(good(), Compression::None);
    ::umask(before);
    EXPECT_EQ(modeOf(top / "bin"), 0755U);
    EXPECT_EQ(modeOf(top / "share/deep"), 0755U);
    EXPECT_EQ(modeOf(top / "bin/app"), 0755U); // Was setuid and setgid.
    EXPECT_EQ(modeOf(top / "share/data"), 0644U);
    EXPECT_EQ(modeOf(top / "share/empty"), 0644U);
}

TEST_F(Unpack, TakesNamesOfAnyLanguageWhateverTheLocale)
{
    const std::string name = "Gr\xC3\xBC\xC3\x9F"
                             "e/\xE6\x97\xA5\xE6\x9C\xAC";
    unpackBytes(tar({{"pax", paxRecord("path", name), 'x'}, {"f", "pax"}, {"\xC3\xA4", "plain"}}), Compression::None);
    EXPECT_EQ(text(name), "pax");
    EXPECT_EQ(text("\xC3\xA4"), "plain");
}

TEST_F(Unpack, LeavesExtendedAttributesBehind)
{
    const std::string capability("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    unpackBytes(
        tar({{"pax", paxRecord("SCHILY.xattr.security.capability", capability), 'x'}, {"f", "x", '0', "", 0755}}),
        Compression::None);
    EXPECT_EQ(text("f"), "x");
    EXPECT_EQ(os::readWhole(top / "f"), "x");
}

TEST_F(Unpack, TakesThePaddingThatTarWrites)
{
    auto padded = good();
    padded.resize((padded.size() / 10240 + 1) * 10240, '\0');
    unpackBytes(padded, Compression::None);
    EXPECT_EQ(text("bin/app"), "#!/bin/sh\n");
}

TEST_F(Unpack, TakesExactlyWhatTheLimitsAllow)
{
    const auto bytes = tar({{"a", std::string(10, 'x')}, {"d/b", std::string(20, 'x')}});
    Limits limits;
    limits.entries = 3; // a, d, d/b
    limits.nameBytes = 5;
    limits.bytes = static_cast<std::int64_t>(bytes.size());
    unpackBytes(bytes, Compression::None, limits);
    EXPECT_EQ(text("d/b"), std::string(20, 'x'));
    fs::remove_all(top);
    --limits.bytes;
    EXPECT_THROW(unpackBytes(bytes, Compression::None, limits), Refusal);
}

TEST_F(Unpack, TellsTroubleOfTheMachineFromABadArchive)
{
    const auto bytes = good();
    fs::create_directory(top);
    const auto notReadable = os::open(scratch.path(), O_RDONLY | O_DIRECTORY); // read(2) says EISDIR.
    EXPECT_THROW(unpack({notReadable.get(), 10240, Compression::None}, top, {}), std::system_error);
    EXPECT_THROW(unpack({notReadable.get(), 10240, Compression::Zstd}, top, {}), std::system_error);
}

} // namespace
} // namespace baton::stage
