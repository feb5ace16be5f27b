// `baton diff` and `baton patch`, as whoever publishes a release uses them.
#include "tests/system/Running.h"
#include "tests/system/Scratch.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace baton::system {
namespace {

using ::testing::HasSubstr;
using ::testing::Lt;

// Text that no two places of have much in common.
std::string lines(unsigned seed, unsigned count)
{
    std::string text;
    for (unsigned i = 0, number = seed; i < count; ++i) {
        number = number * 1664525U + 1013904223U;
        text += "line " + std::to_string(number) + '\n';
    }
    return text;
}

class Diff : public ::testing::Test {
protected:
    // Its exit code; what it said is in said_.
    int baton(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), "baton");
        Running running({BATON, arguments}, scratch_ / "log");
        const int code = running.end();
        said_ = running.said();
        return code;
    }

    std::string at(const char* name) const { return (scratch_ / name).string(); }

    Scratch scratch_;
    std::string said_;
};

TEST_F(Diff, MakesAPatchOfEachKindAndAppliesIt)
{
    scratch_.write("old", lines(1, 5'000));
    scratch_.write("new", lines(1, 4'000) + "changed\n" + lines(2, 100));
    for (const auto* const algorithm : {"bsdiff-zstd", "bsdiff40", "zstd"}) {
        ASSERT_EQ(baton({"diff", at("old"), at("new"), at("patch"), "--algorithm", algorithm}), 0) << said_;
        ASSERT_EQ(baton({"patch", at("old"), at("patch"), at("made")}), 0) << said_;

        EXPECT_EQ(readFile(scratch_ / "made"), readFile(scratch_ / "new")) << algorithm;
        EXPECT_THAT(fs::file_size(scratch_ / "patch"), Lt(2'000U)) << algorithm;
        fs::remove(scratch_ / "made");
    }
}

TEST_F(Diff, AgainstADirectoryMakesAPatchFromEachThatIsWorthIt)
{
    scratch_.write("had/1.0.0", lines(1, 5'000));
    scratch_.write("had/1.1.0", lines(1, 5'000) + "more\n");
    scratch_.write("had/unlike", "x");
    scratch_.write("2.0.0", lines(1, 4'500));

    ASSERT_EQ(baton({"diff", "--against", at("had"), at("2.0.0"), at("out"), "--json"}), 0) << said_;

    EXPECT_TRUE(fs::exists(scratch_ / "out/1.0.0-2.0.0.bsdiff-zstd"));
    EXPECT_TRUE(fs::exists(scratch_ / "out/1.1.0-2.0.0.bsdiff-zstd"));
    EXPECT_THAT(said_, HasSubstr("\"algorithm\":\"bsdiff-zstd\""));
    ASSERT_EQ(baton({"patch", at("had/1.1.0"), at("out/1.1.0-2.0.0.bsdiff-zstd"), at("made")}), 0) << said_;
    EXPECT_EQ(readFile(scratch_ / "made"), readFile(scratch_ / "2.0.0"));
}

// Compressed archives have nothing in common; what they unpack to has nearly everything.
TEST_F(Diff, OfTwoArchivesIsSmallByTheirTrees)
{
    for (unsigned i = 0; i < 30; ++i) scratch_.write("tree/" + std::to_string(i), lines(i, 500));
    const auto old = scratch_.pack(scratch_ / "tree", "old.tar.zst");
    scratch_.write("tree/7", lines(7, 499) + "the last line is another one\n");
    const auto fresh = scratch_.pack(scratch_ / "tree", "new.tar.zst");

    ASSERT_EQ(baton({"diff", "--tree", old, fresh, at("patch")}), 0) << said_;

    EXPECT_THAT(fs::file_size(scratch_ / "patch"), Lt(300U));
    ASSERT_EQ(baton({"patch", "--tree", old, at("patch"), at("made.tar")}), 0) << said_;
    ASSERT_EQ(baton({"diff", at("tree"), at("tree"), at("same")}), 0) << said_;
    ASSERT_EQ(baton({"patch", at("tree"), at("same"), at("direct.tar")}), 0) << said_;
    EXPECT_EQ(readFile(scratch_ / "made.tar"), readFile(scratch_ / "direct.tar"));
}

TEST_F(Diff, RefusesWithASentenceAndLeavesNothingBehind)
{
    scratch_.write("old", lines(1, 100));
    scratch_.write("new", lines(2, 100));
    scratch_.write("junk", "no patch at all");

    EXPECT_EQ(baton({"patch", at("old"), at("junk"), at("made")}), 65);
    EXPECT_THAT(said_, HasSubstr("it is no patch"));
    EXPECT_FALSE(fs::exists(scratch_ / "made"));
    EXPECT_FALSE(fs::exists(scratch_ / "made.part"));
    EXPECT_EQ(baton({"diff", at("absent"), at("new"), at("patch")}), 66);
    EXPECT_EQ(baton({"diff", at("old"), at("new")}), 64);
    EXPECT_EQ(baton({"diff", at("old"), at("new"), at("patch"), "--algorithm", "xdelta3"}), 64);
    ASSERT_EQ(baton({"diff", at("old"), at("new"), at("patch")}), 0);
    EXPECT_EQ(baton({"patch", at("new"), at("patch"), at("made")}), 65) << "an old file of another size";
}

} // namespace
} // namespace baton::system
