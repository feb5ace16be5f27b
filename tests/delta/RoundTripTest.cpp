// What one side makes, the other one applies.
#include "client/delta/Apply.h"
#include "client/delta/Match.h"
#include "tests/delta/Pair.h"

#include <gmock/gmock.h>

#include <array>
#include <vector>

namespace {

using namespace baton::delta;
using namespace baton::delta::testing;
using ::testing::Lt;

struct Case {
    const char* name;
    std::string oldBytes;
    std::string newBytes;
};

// A byte changed here and there, some gone, some new: what a new build of a program looks like.
std::string rebuilt(const std::string& bytes)
{
    auto made = bytes.substr(0, bytes.size() / 3) + noise(300, 7) + bytes.substr(bytes.size() / 3 + 50);
    for (std::size_t i = 100; i < made.size(); i += 97) made[i] = static_cast<char>(made[i] + 4);
    return made;
}

std::vector<Case> cases()
{
    const auto program = noise(100'000, 1);
    const auto text = noise(50'000, 2, 4);
    return {{"BothEmpty", "", ""},
            {"OldEmpty", "", "something"},
            {"NewEmpty", "something", ""},
            {"OneByteEach", "a", "b"},
            {"Same", program, program},
            {"Rebuilt", program, rebuilt(program)},
            {"OfFewLetters", text, rebuilt(text)},
            {"Zeros", std::string(70'000, '\0'), std::string(90'000, '\0')},
            {"Unlike", program, noise(80'000, 3)},
            {"Moved", program, program.substr(50'000) + program.substr(0, 50'000)},
            {"Cut", program, program.substr(20'000, 30'000)}};
}

TEST(Delta, MakesTheNewFileAgainWhateverTheTwoAre)
{
    for (const auto algorithm : AllAlgorithms)
        for (const auto& one : cases()) {
            const auto patch = patchOf(algorithm, one.oldBytes, one.newBytes);

            const auto made = applied(algorithm, one.oldBytes, patch, static_cast<std::int64_t>(one.newBytes.size()));

            EXPECT_TRUE(made == one.newBytes) << nameOf(algorithm) << ' ' << one.name;
            EXPECT_EQ(algorithmOf(std::string_view(patch).substr(0, MagicBytes)), algorithm) << one.name;
        }
}

TEST(Delta, IsSmallWhereLittleChanged)
{
    const auto old = noise(200'000, 5);

    for (const auto algorithm : AllAlgorithms)
        EXPECT_THAT(patchOf(algorithm, old, rebuilt(old)).size(), Lt(algorithm == Algorithm::Zstd ? 20'000U : 6'000U))
            << nameOf(algorithm);
}

TEST(Delta, KeepsManyFramesOfNewBytesApart)
{
    const auto old = noise(10'000, 11);
    const auto fresh = noise((std::size_t{4} << 20U) + 1'000, 12); // More than one window of the extra stream.

    const auto patch = patchOf(Algorithm::BsdiffZstd, old, fresh);

    EXPECT_TRUE(applied(Algorithm::BsdiffZstd, old, patch) == fresh);
}

TEST(Delta, FindsWhatMovedAsOneTriple)
{
    const auto old = noise(5'000, 21);

    const auto triples = match(old, old.substr(1'000));

    ASSERT_FALSE(triples.empty());
    EXPECT_EQ(triples.back().add, 4'000);
    EXPECT_EQ(triples.back().insert, 0);
}

TEST(Delta, RefusesAnOldFileThatItsSuffixArrayCannotCount)
{
    const std::string_view tooLarge(nullptr, static_cast<std::size_t>(LargestOld) + 1); // Nobody looks into it.

    EXPECT_THROW(match(tooLarge, "new"), std::invalid_argument);
}

TEST(Delta, KnowsItsWaysByName)
{
    for (const auto algorithm : AllAlgorithms) EXPECT_EQ(algorithmNamed(nameOf(algorithm)), algorithm);
    EXPECT_EQ(algorithmNamed("xdelta3"), std::nullopt);
    EXPECT_EQ(algorithmOf("PK\3\4"), std::nullopt);
}

} // namespace
