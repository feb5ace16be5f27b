#include "client/stage/Payload.h"
#include "client/stage/Refusal.h"
#include "client/stage/Unpack.h"
#include "tests/stage/Scratch.h"
#include "tests/stage/Tar.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;

struct Hostile {
    const char* name;
    std::string bytes;
    const char* sentence; ///< what the refusal must say
    Compression compression = Compression::None;
};

std::ostream& operator<<(std::ostream& out, const Hostile& hostile) { return out << hostile.name; }

std::string deep(int levels)
{
    std::string path;
    for (int i = 0; i < levels; ++i) path += "d/";
    return path + "f";
}

TarItem pax(const std::string& key, const std::string& value) { return {"pax", paxRecord(key, value), 'x'}; }

std::string good() { return tar({{"bin/app", "#!/bin/sh\n", '0', "", 0755}, {"data", std::string(3000, 'x')}}); }

std::string cut(std::string bytes, std::size_t from) { return bytes.substr(0, from); }

std::string flipped(std::string bytes, std::size_t at)
{
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x20);
    return bytes;
}

std::string manyFiles(int count)
{
    std::vector<TarItem> items;
    for (int i = 0; i < count; ++i) items.push_back({"f" + std::to_string(i), "x"});
    return tar(items);
}

const auto Gzip = Compression::Gzip;
const auto Xz = Compression::Xz;
const auto Zstd = Compression::Zstd;

const std::vector<Hostile>& corpus()
{
    static const std::vector<Hostile> All{
        {"UpwardName", tar({{"../evil", "x"}}), "../evil leads upward"},
        {"UpwardNameInTheMiddle", tar({{"a/../../evil", "x"}}), "leads upward"},
        {"AbsoluteName", tar({{"/tmp/evil", "x"}}), "has an absolute name"},
        {"EmptyName", tar({{"", "x"}}), "has no name"},
        {"NewlineInName", tar({{"a\nb", "x"}}), "control character in its name"},
        {"EscapeInName", tar({{"a\x1B[2J", "x"}}), "control character in its name"},
        {"C1ControlInName",
         tar({{"a\xC2\x9B"
               "2J",
               "x"}}),
         "control character in its name"},
        {"NameOfNoUtf8", tar({{"a\xFF", "x"}}), "that is not UTF-8"},
        {"DashName", tar({{"-rf", "x"}}), "begins with a dash"},
        {"DashNameBelow", tar({{"a/--help", "x"}}), "begins with a dash"},
        {"LongComponent", tar({pax("path", std::string(256, 'n')), {"f", "x"}}), "more than 255 bytes"},
        {"LongPath", tar({pax("path", std::string(500, 'n') + '/' + std::string(600, 'n')), {"f", "x"}}),
         "more than 1024 bytes"},
        {"DeepPath", tar({pax("path", deep(33)), {"f", "x"}}), "more than 32 directories deep"},
        {"ReservedName", tar({{".baton-release.json", "{}"}}), "is reserved"},
        {"ReservedNameWithDots", tar({{"./././.baton-release.json", "{}"}}), "is reserved"},
        {"ReservedDirectory", tar({{".baton-release.json/", "", '5'}}), "is reserved"},
        {"TheTopAsAFile", tar({{"./", "", '2', "/etc"}}), "stands for the release itself"},

        {"AbsoluteLink", tar({{"l", "", '2', "/etc/passwd"}}), "absolute link target"},
        {"UpwardLink", tar({{"l", "", '2', "../x"}}), "leads out of the release: ../x"},
        {"UpwardLinkBelow", tar({{"a/b/l", "", '2', "../../../x"}}), "leads out of the release"},
        {"LinkUpBehindAName", tar({{"a/b/l", "", '2', "x/../y"}}), "\"..\" behind a name"},
        {"LinkWithoutTarget", tar({{"l", "", '2', ""}}), "has no link target"},
        {"LinkWithControls", tar({{"l", "", '2', "a\nb"}}), "control character in its link target"},
        {"FileThroughALink", tar({{"l", "", '2', "."}, {"l/evil", "x"}}), "beneath l, which is no dir"},
        {"DirectoryThroughALink", tar({{"l", "", '2', "."}, {"l/d/", "", '5'}}), "beneath l, which"},
        {"DirectoryThenLink", tar({{"d/", "", '5'}, {"d", "", '2', "."}}), "entry d is there twice"},
        {"ImpliedDirectoryThenLink", tar({{"d/f", "x"}, {"d", "", '2', "."}}), "entry d is there twice"},
        {"LinkThenFile", tar({{"f", "", '2', "g"}, {"f", "x"}}), "entry f is there twice"},
        {"FileTwice", tar({{"f", "x"}, {"././f", "y"}}), "././f is there twice"},
        {"DirectoryTwice", tar({{"d/", "", '5'}, {"d/", "", '5'}}), "is there twice"},
        {"FileBelowAFile", tar({{"f", "x"}, {"f/g", "x"}}), "beneath f, which is no directory"},

        {"HardLink", tar({{"f", "x"}, {"h", "", '1', "f"}}), "is a hard link to f"},
        {"HardLinkOutside", tar({{"h", "", '1', "../../etc/shadow"}}), "is a hard link to"},
        {"CharacterDevice", tar({{"null", "", '3'}}), "is a device, a pipe or a socket"},
        {"BlockDevice", tar({{"sda", "", '4'}}), "is a device, a pipe or a socket"},
        {"Pipe", tar({{"pipe", "", '6'}}), "is a device, a pipe or a socket"},
        {"SparseBomb",
         tar({{"pax",
               paxRecord("GNU.sparse.name", "bomb") + paxRecord("GNU.sparse.size", "1099511627776") +
                   paxRecord("GNU.sparse.numblocks", "1") + paxRecord("GNU.sparse.map", "0,512"),
               'x'},
              {"f", std::string(512, 'x')}}),
         "is a sparse file"},

        {"Nothing", gzipped(tar({})), "without a single file", Gzip},
        {"OnlyDirectories", tar({{"d/", "", '5'}}), "without a single file"},
        {"OnlyZeros", zstded(std::string(1 << 16, '\0')), "without a single file", Zstd},
        {"NoTarInside", gzipped("just a text, and no archive at all"), "it is", Gzip},
        {"CutInAHeader", cut(good(), 1024 + 200), "it is damaged"},
        {"CutInAFile", cut(good(), 1024 + 512 + 1000), "it is damaged at data"},
        {"CutBetweenEntries", cut(good(), 1024), "it is cut short"},
        {"CutInTheEnd", cut(good(), good().size() - 512), "it is cut short"},
        {"CutAfterAFileOfZeros", cut(tar({{"zeros", std::string(8192, '\0')}}), 512 + 8192), "it is cut short"},
        {"CutBetweenEntriesInGzip", gzipped(cut(good(), 1024)), "it is cut short", Gzip},
        {"BadChecksum", flipped(good(), 3), "it is"},
        {"JunkAfterTheEnd", good() + "junk", "bytes after the archive's end"},
        {"ASecondArchiveAfterTheEnd", good() + good(), "bytes after the archive's end"},
        {"JunkAfterLongPadding", good() + std::string(100000, '\0') + 'j', "bytes after the archive's end"},
        {"EndlessPadding", good() + std::string(2 * MiB, '\0'), "too much padding"},
        {"SizeThatLies", tar({{"f", "x", '0', "", 0644, std::int64_t{1} << 32U}}), "larger than the space"},
        {"DirectoryWithABody", tar({{"d/", std::string(512, 'x'), '5'}, {"f", "x"}}), "it is"},

        {"CutGzip", cut(gzipped(good()), 60), "it is damaged", Gzip},
        {"CutZstd", cut(zstded(good()), zstded(good()).size() - 3), "it is damaged", Zstd},
        {"CutXz", cut(xzed(good()), xzed(good()).size() - 5), "it is damaged", Xz},
        {"JunkAfterGzip", gzipped(good()) + "junk", "bytes after the end of the compressed data", Gzip},
        {"JunkAfterZstd", zstded(good()) + "junk", "it is damaged", Zstd},
        {"JunkAfterXz", xzed(good()) + "junk", "it is damaged", Xz},
        {"GzipInGzip", gzipped(gzipped(good())), "compressed more than once", Gzip},
        {"ZstdInGzip", gzipped(zstded(good())), "it is no tar archive", Gzip},
        {"BytesThatStartLrzip", gzipped("LRZI" + std::string(60, '\0')), "it is no tar archive", Gzip},
        {"ZstdBomb", zstded(tar({{"bomb", std::string(512 * KiB, '\0')}})), "more than 200 times its size", Zstd},
        {"TooLargeInAll", tar({{"a", std::string(2 * MiB, 'x')}, {"b", std::string(2 * MiB, 'x')}}),
         "larger than the space"},
        {"TooManyPadded", zstded(tar({{"x", "x"}}) + std::string(4 * MiB, '\0')), "more than", Zstd},
        {"TooManyEntries", manyFiles(60), "more than 50 entries"},
        {"TooManyNames",
         tar({pax("path", std::string(250, 'a') + '/' + std::string(250, 'b')),
              {"f", "x"},
              pax("path", std::string(250, 'c') + '/' + std::string(250, 'd')),
              {"g", "x"}}),
         "its names take more than 1200 bytes"},
    };
    return All;
}

Limits smallLimits()
{
    Limits limits;
    limits.bytes = 3 * MiB;
    limits.ratioFreeBytes = 256 * KiB;
    limits.entries = 50;
    limits.nameBytes = 1200;
    return limits;
}

class HostileArchives : public testing::TestWithParam<Hostile> {};

TEST_P(HostileArchives, AreRefusedAndTouchNothingOutside)
{
    const auto& hostile = GetParam();
    const Scratch scratch;
    const auto& bytes = hostile.bytes;
    const auto packed = scratch.write("packed", bytes);
    const auto directory = scratch.path() / "jail" / "inner";
    fs::create_directories(directory);

    const auto file = os::open(packed, O_RDONLY);
    std::string sentence = "nothing, it was unpacked";
    try {
        unpack({file.get(), static_cast<std::int64_t>(bytes.size()), hostile.compression}, directory, smallLimits());
    } catch (const Refusal& refusal) {
        sentence = refusal.what();
        EXPECT_EQ(refusal.code(), code::CopyFailed);
    }
    EXPECT_NE(sentence.find(hostile.sentence), std::string::npos) << sentence;

    fs::remove_all(directory);
    EXPECT_TRUE(fs::is_empty(scratch.path() / "jail")) << "something was written beside the directory";
    EXPECT_FALSE(fs::exists("/tmp/evil"));
    EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), {}), 2);
}

INSTANTIATE_TEST_SUITE_P(Corpus, HostileArchives, testing::ValuesIn(corpus()),
                         [](const auto& hostile) { return std::string(hostile.param.name); });

} // namespace
} // namespace baton::stage
