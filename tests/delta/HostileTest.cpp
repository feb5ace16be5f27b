// Patches that somebody made to hurt: each is refused, with a sentence of its own.
#include "client/delta/Apply.h"
#include "client/delta/Bsdiff40.h"
#include "client/delta/BsdiffZstd.h"
#include "client/delta/Compress.h"
#include "client/delta/ZstdFrame.h"
#include "tests/delta/Pair.h"

#include <gmock/gmock.h>

#include <array>
#include <limits>
#include <vector>

namespace {

using namespace baton::delta;
using namespace baton::delta::testing;
using ::testing::HasSubstr;
using ::testing::Le;

constexpr std::int64_t Most = std::numeric_limits<std::int64_t>::max();
constexpr const char* Old = "0123456789";

std::string bz(std::string_view bytes)
{
    BzCompressor compressor;
    compressor.add(bytes);
    return compressor.finish();
}

std::string triples(const std::vector<Triple>& all)
{
    std::string bytes;
    for (const auto& [add, insert, seek] : all) bytes += printOff(add) + printOff(insert) + printOff(seek);
    return bytes;
}

struct Bsdiff40 {
    std::vector<Triple> control{{10, 0, 0}};
    std::string differences = std::string(10, '\0');
    std::string extra{};
    std::int64_t newBytes = 10;
    std::string behindControl{}, behindDifferences{}, behindExtra{};

    std::string print() const
    {
        const auto one = bz(triples(control)) + behindControl;
        const auto two = bz(differences) + behindDifferences;
        return std::string(Bsdiff40Magic) + printOff(static_cast<std::int64_t>(one.size())) +
               printOff(static_cast<std::int64_t>(two.size())) + printOff(newBytes) + one + two + bz(extra) +
               behindExtra;
    }
};

std::string header40(std::int64_t control, std::int64_t differences, std::int64_t newBytes)
{
    return std::string(Bsdiff40Magic) + printOff(control) + printOff(differences) + printOff(newBytes);
}

struct Case {
    const char* why;
    std::string patch;
    const char* sentence;
    std::int64_t promised = 10;
};

std::vector<Case> hostile40()
{
    const Bsdiff40 good;
    std::vector<Triple> idle(40, Triple{0, 0, 1});
    idle.push_back({10, 0, 0});
    auto flipped = good.print();
    flipped[Bsdiff40HeaderBytes + 12] = static_cast<char>(flipped[Bsdiff40HeaderBytes + 12] ^ 0x40);
    const auto whole = good.print();
    return {
        {"nothing", "", "does not begin as BSDIFF40"},
        {"another magic", "BSDIFF41" + std::string(24, '\0'), "does not begin as BSDIFF40"},
        {"half a header", whole.substr(0, 20), "cut short in its header"},
        {"negative control", header40(-1, 0, 10), "negative size"},
        {"negative differences", header40(0, -5, 10), "negative size"},
        {"negative new size", header40(0, 0, -10), "negative size"},
        {"control beyond the file", header40(1'000, 0, 10), "sizes in its header that it does not have"},
        {"control of 2^62", header40(Most / 2, Most / 2, 10), "sizes in its header that it does not have"},
        {"differences of 2^63-1", header40(0, Most, 10), "sizes in its header that it does not have"},
        {"another new size", Bsdiff40{.newBytes = 11}.print(), "makes 11 bytes instead of the promised 10"},
        {"a new size of 2^62", Bsdiff40{.newBytes = Most / 2}.print(), "instead of the promised 10"},
        {"no control", header40(0, 0, 10), "the control stream is cut short"},
        {"control that is no bzip2", header40(5, 0, 10) + "hello", "the control stream is no sound bzip2"},
        {"a bit flipped", flipped, "the control stream is no sound bzip2"},
        {"add of -1", Bsdiff40{.control = {{-1, 0, 0}}}.print(), "negative number of bytes"},
        {"insert of -2^63+1", Bsdiff40{.control = {{0, -Most, 0}}}.print(), "negative number of bytes"},
        {"add beyond the new file", Bsdiff40{.control = {{11, 0, 0}}}.print(), "more than the promised 10"},
        {"insert beyond the new file", Bsdiff40{.control = {{5, 6, 0}}}.print(), "more than the promised 10"},
        {"a sum that overflows", Bsdiff40{.control = {{Most, Most, 0}}}.print(), "more than the promised 10"},
        {"a seek of -2^40", Bsdiff40{.control = {{5, 0, -(std::int64_t{1} << 40)}, {5, 0, 0}}}.print(),
         "reads outside of the old file"},
        {"a seek beyond the end", Bsdiff40{.control = {{5, 0, 100}, {5, 0, 0}}}.print(), "reads outside"},
        {"a seek one too far", Bsdiff40{.control = {{5, 0, 1}, {5, 0, 0}}}.print(), "reads outside"},
        {"seeks that overflow", Bsdiff40{.control = {{1, 0, Most}, {9, 0, 0}}}.print(), "seeks beyond all numbers"},
        {"no progress", Bsdiff40{.control = idle}.print(), "without making anything"},
        {"too few triples", Bsdiff40{.control = {{5, 0, 0}}}.print(), "the control stream ends too early"},
        {"too many triples", Bsdiff40{.control = {{10, 0, 0}, {0, 0, 0}}}.print(), "control stream has more bytes"},
        {"too few differences", Bsdiff40{.differences = "abc"}.print(), "the difference stream ends too early"},
        {"too many differences", Bsdiff40{.differences = std::string(11, 'a')}.print(), "difference stream has more"},
        {"no new bytes", Bsdiff40{.control = {{0, 10, 0}}, .differences = ""}.print(), "extra stream ends too early"},
        {"too many new bytes", Bsdiff40{.extra = "more"}.print(), "the extra stream has more bytes"},
        {"junk behind control", Bsdiff40{.behindControl = "junk"}.print(), "control stream has bytes after its end"},
        {"junk behind differences", Bsdiff40{.behindDifferences = "x"}.print(), "difference stream has bytes after"},
        {"junk at the end", Bsdiff40{.behindExtra = "junk"}.print(), "the extra stream has bytes after its end"},
        {"cut at the end", whole.substr(0, whole.size() - 1), "the extra stream is cut short"},
    };
}

struct BsdiffZstd {
    std::array<std::string, Parts> parts{"\x0a" + std::string(2, '\0'), "", "", "", ""}; // Copies the ten old bytes.
    std::int64_t oldBytes = 10;
    std::int64_t newBytes = 10;
    std::string behind{};

    std::string print() const
    {
        BsdiffZstdHeader header{oldBytes, newBytes, {}};
        std::string packed;
        for (std::size_t i = 0; i < Parts; ++i) {
            const auto frame = zstdFrame(parts[i], 3, 20);
            if (i + 1 < Parts) header.partBytes[i] = static_cast<std::int64_t>(frame.size());
            packed += frame;
        }
        return baton::delta::print(header) + packed + behind;
    }
};

std::string numbers(const std::vector<std::uint64_t>& all)
{
    std::string bytes;
    for (const auto number : all) appendNumber(bytes, number);
    return bytes;
}

BsdiffZstd withParts(std::string control, std::string gaps = {}, std::string runs = {}, std::string values = {},
                     std::string extra = {})
{
    return {{std::move(control), std::move(gaps), std::move(runs), std::move(values), std::move(extra)}};
}

// A frame that asks for a window, and has one raw block of one byte.
std::string frameWithWindow(unsigned char descriptor)
{
    return std::string(ZstdMagic) + '\0' + static_cast<char>(descriptor) + std::string("\x09\0\0x", 4);
}

std::string containerOf(const std::string& control, const std::string& extra = {})
{
    return print(BsdiffZstdHeader{10, 10, {static_cast<std::int64_t>(control.size()), 0, 0, 0}}) + control + extra;
}

std::vector<Case> hostileBsdiffZstd()
{
    const auto copy = numbers({10, 0, 0});
    const auto whole = BsdiffZstd{}.print();
    const std::string skippable("\x50\x2A\x4D\x18\x04\0\0\0skip", 12);
    const auto insert = zstdFrame(numbers({0, 10, 0}), 3, 20);
    return {
        {"nothing", "", "does not begin as bsdiff-zstd"},
        {"half a header", whole.substr(0, 10), "cut short in its header"},
        {"a number without end", std::string(BsdiffZstdMagic) + std::string(40, '\xFF'), "a number that is too long"},
        {"parts beyond the file", print(BsdiffZstdHeader{10, 10, {1'000, 0, 0, 0}}), "that it does not have"},
        {"parts of 2^63-1", print(BsdiffZstdHeader{10, 10, {0, Most, Most, Most}}), "that it does not have"},
        {"another old size", BsdiffZstd{.oldBytes = 11}.print(), "for an old file of 11 bytes, and old has 10"},
        {"another new size", BsdiffZstd{.newBytes = 11}.print(), "makes 11 bytes instead of the promised 10"},
        {"no control", withParts("").print(), "the control stream ends too early"},
        {"half a number", withParts("\x8a").print(), "the control stream ends within a number"},
        {"a long number", withParts(std::string(10, '\xFF')).print(), "control stream has a number that is too long"},
        {"add beyond the new file", withParts(numbers({11, 0, 0})).print(), "more than the promised 10"},
        {"add of 2^63-1", withParts(numbers({static_cast<std::uint64_t>(Most), 5, 0})).print(),
         "more than the promised"},
        {"a seek far back", withParts(numbers({5, 0, foldSign(-(std::int64_t{1} << 40)), 5, 0, 0})).print(),
         "reads outside"},
        {"no progress", withParts(std::string(60, '\0') + copy).print(), "without making anything"},
        {"control left over", withParts(copy + copy).print(), "the control stream has more bytes"},
        {"a run of nothing", withParts(copy, numbers({1}), numbers({0})).print(),
         "the stream of runs has one of no length"},
        {"a gap without a run", withParts(copy, numbers({1})).print(), "the stream of runs ends too early"},
        {"a run without values", withParts(copy, numbers({1}), numbers({2})).print(),
         "stream of values ends too early"},
        {"a gap beyond the end", withParts(copy, numbers({11}), numbers({1}), "x").print(),
         "the stream of gaps has more"},
        {"a run beyond the end", withParts(copy, numbers({9}), numbers({2}), "xy").print(),
         "the stream of gaps has more"},
        {"a run too many", withParts(copy, numbers({1}), numbers({1, 1}), "x").print(), "the stream of runs has more"},
        {"a value too many", withParts(copy, numbers({1}), numbers({1}), "xy").print(),
         "the stream of values has more"},
        {"no new bytes", withParts(numbers({0, 10, 0})).print(), "the extra stream ends too early"},
        {"new bytes left over", BsdiffZstd{.behind = zstdFrame("x", 3, 20)}.print(), "the extra stream has more bytes"},
        {"junk at the end", BsdiffZstd{.behind = "junk"}.print(), "the extra stream is no zstd frame"},
        {"a skippable frame", BsdiffZstd{.behind = skippable}.print(), "the extra stream is no zstd frame"},
        {"control that is no frame", containerOf("hello"), "the control stream is no zstd frame"},
        {"two frames of control", containerOf(zstdFrame(copy, 3, 20) + zstdFrame(copy, 3, 20)),
         "control stream has bytes after"},
        {"a window of 2 MiB for control", containerOf(frameWithWindow(0x58)),
         "window of 2097152 bytes; 1048576 are allowed"},
        {"a window of 3.75 TiB", containerOf(frameWithWindow(0xFF)), "asks for a window of"},
        {"a window of 8 MiB for new bytes", containerOf(insert, frameWithWindow(0x68)),
         "window of 8388608 bytes; 4194304 are"},
        {"a frame cut short", containerOf(zstdFrame(copy, 3, 20).substr(0, 8)), "the control stream is cut short"},
        {"a dictionary", containerOf(std::string(ZstdMagic) + "\x21\x05\x01" + std::string("\x09\0\0x", 4)),
         "a dictionary that nobody has"},
    };
}

std::vector<Case> hostileZstd()
{
    const auto good = patchOf(Algorithm::Zstd, Old, "0123456789");
    const std::string skippable("\x50\x2A\x4D\x18\x04\0\0\0skip", 12);
    return {
        {"nothing", "", "makes 0 bytes instead of the promised 10"},
        {"no frame", "hello", "is no zstd frame"},
        {"skippable first", skippable + good, "is no zstd frame"},
        {"skippable behind", good + skippable, "has bytes after its end"},
        {"two frames", good + good, "has bytes after its end"},
        {"junk behind", good + "x", "has bytes after its end"},
        {"cut short", good.substr(0, good.size() - 1), "is cut short"},
        {"half a magic", good.substr(0, 3), "is no zstd frame"},
        {"window of 256 MiB", frameWithWindow(0x90), "window of 268435456 bytes; 134217728 are allowed"},
        {"a size that is a lie", patchOf(Algorithm::Zstd, Old, std::string(1 << 20, 'x')),
         "holds 1048576 bytes instead of 10"},
        {"more than promised, unsaid", std::string(ZstdMagic) + std::string("\0\x50\x5b\0\0x", 6),
         "makes more than the promised 10"},
        {"less than promised, unsaid", frameWithWindow(0x50), "makes 1 bytes instead of the promised 10"},
    };
}

void expectRefused(Algorithm algorithm, const std::vector<Case>& cases)
{
    for (const auto& one : cases)
        EXPECT_THAT(refusalOf(algorithm, Old, one.patch, one.promised), HasSubstr(one.sentence)) << one.why;
}

TEST(HostilePatch, IsRefusedAsBsdiff40) { expectRefused(Algorithm::Bsdiff40, hostile40()); }
TEST(HostilePatch, IsRefusedAsBsdiffZstd) { expectRefused(Algorithm::BsdiffZstd, hostileBsdiffZstd()); }
TEST(HostilePatch, IsRefusedAsZstd) { expectRefused(Algorithm::Zstd, hostileZstd()); }

// Else every row above might be refused for a reason that is none.
TEST(HostilePatch, DiffersFromOneThatIsTaken)
{
    EXPECT_EQ(applied(Algorithm::Bsdiff40, Old, Bsdiff40{}.print(), 10), Old);
    EXPECT_EQ(applied(Algorithm::BsdiffZstd, Old, BsdiffZstd{}.print(), 10), Old);
    EXPECT_EQ(applied(Algorithm::BsdiffZstd, Old,
                      withParts(numbers({10, 0, 0}), numbers({9}), numbers({1}), "\1").print(), 10),
              "012345678:");
}

// Each is cut at each place, and no place is taken for the end.
TEST(HostilePatch, IsRefusedWhereverItIsCut)
{
    const auto old = noise(3'000, 31);
    const auto fresh = old.substr(0, 1'000) + noise(200, 32) + old.substr(1'100);
    for (const auto algorithm : AllAlgorithms) {
        const auto patch = patchOf(algorithm, old, fresh);
        for (std::size_t length = 0; length < patch.size(); ++length)
            ASSERT_FALSE(
                refusalOf(algorithm, old, patch.substr(0, length), static_cast<std::int64_t>(fresh.size())).empty())
                << nameOf(algorithm) << " cut at " << length;
    }
}

// A few hundred bytes that would become a gigabyte stop at what was promised.
TEST(HostilePatch, MakesNoMoreThanWasPromised)
{
    Bsdiff40 bomb;
    bomb.control = {{0, std::int64_t{64} << 20U, 0}};
    bomb.differences = {};
    bomb.extra = std::string(std::size_t{64} << 20U, 'x');
    bomb.newBytes = std::int64_t{64} << 20U;
    const auto patch = bomb.print();
    ASSERT_THAT(patch.size(), Le(1'000U));

    EXPECT_THAT(refusalOf(Algorithm::Bsdiff40, Old, patch, 10), HasSubstr("instead of the promised 10"));
}

TEST(ZstdFrame, SaysWhatItsHeaderSays)
{
    EXPECT_EQ(readZstdFrame(frameWithWindow(0x50)), (ZstdFrame{1 << 20, std::nullopt, 0}));
    EXPECT_EQ(readZstdFrame(frameWithWindow(0x51)), (ZstdFrame{(1 << 20) + (1 << 17), std::nullopt, 0}));
    EXPECT_EQ(readZstdFrame(std::string(ZstdMagic) + "\x20\x05"), (ZstdFrame{5, 5, 0}));
    EXPECT_EQ(readZstdFrame(std::string(ZstdMagic) + "\x60\x01" + '\0'), (ZstdFrame{257, 257, 0}));
    EXPECT_EQ(readZstdFrame(std::string(ZstdMagic) + "\x28\x05"), std::nullopt) << "the reserved bit";
    EXPECT_EQ(readZstdFrame(std::string(ZstdMagic)), std::nullopt);
}

TEST(Numbers, ComeBackAsTheyWent)
{
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1} << 40, -Most, Most})
        EXPECT_EQ(readOff(printOff(number)), number);
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{5}, std::int64_t{-5}, std::int64_t{1} << 40, -(Most / 2), Most / 2})
        EXPECT_EQ(unfoldSign(foldSign(number)), number);
}

} // namespace
