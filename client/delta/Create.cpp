#include "client/delta/Create.h"

#include "client/delta/Bsdiff40.h"
#include "client/delta/BsdiffZstd.h"
#include "client/delta/Compress.h"
#include "client/delta/Match.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <vector>

namespace baton::delta {
namespace {

constexpr int StrongLevel = 19;
constexpr int StrongestLevel = 22; // For what is small anyway.
constexpr int SmallestWindowLog = 10;
constexpr int LargestWindowLog = 27;
constexpr std::size_t ExtraFrameBytes = std::size_t{1} << static_cast<unsigned>(ExtraWindowLog);
constexpr std::size_t BlockBytes = std::size_t{64} * 1024;

// What the triples say of the bytes, in the order in which rebuild() wants them.
template <typename Difference, typename Insert>
void walk(const std::vector<Triple>& triples, std::string_view oldBytes, std::string_view newBytes,
          Difference difference, Insert insert)
{
    std::int64_t at = 0;
    std::size_t made = 0;
    for (const auto& triple : triples) {
        const auto add = static_cast<std::size_t>(triple.add);
        const auto more = static_cast<std::size_t>(triple.insert);
        if (add > 0) difference(oldBytes.substr(static_cast<std::size_t>(at), add), newBytes.substr(made, add));
        made += add;
        insert(newBytes.substr(made, more));
        made += more;
        at += triple.add + triple.seek;
    }
}

char differenceOf(char newByte, char oldByte)
{
    return static_cast<char>(static_cast<unsigned char>(newByte) - static_cast<unsigned char>(oldByte));
}

void createBsdiff40(std::string_view oldBytes, std::string_view newBytes, const PatchSink& sink)
{
    const auto triples = match(oldBytes, newBytes);
    BzCompressor control;
    BzCompressor differences;
    BzCompressor extra;
    for (const auto& [add, insert, seek] : triples) control.add(printOff(add) + printOff(insert) + printOff(seek));
    std::string block;
    const auto addDifference = [&](std::string_view was, std::string_view is) {
        for (std::size_t i = 0; i < is.size(); ++i) {
            block += differenceOf(is[i], was[i]);
            if (block.size() < BlockBytes) continue;
            differences.add(block);
            block.clear();
        }
    };
    walk(triples, oldBytes, newBytes, addDifference, [&](std::string_view bytes) { extra.add(bytes); });
    differences.add(block);
    const auto controlBytes = control.finish();
    const auto differenceBytes = differences.finish();
    sink(std::string(Bsdiff40Magic) + printOff(static_cast<std::int64_t>(controlBytes.size())) +
         printOff(static_cast<std::int64_t>(differenceBytes.size())) +
         printOff(static_cast<std::int64_t>(newBytes.size())));
    sink(controlBytes);
    sink(differenceBytes);
    sink(extra.finish());
}

// The differences as they are kept: where they are, and what.
class Planes {
public:
    void add(std::string_view was, std::string_view is)
    {
        for (std::size_t i = 0; i < is.size(); ++i) {
            if (is[i] == was[i]) {
                endRun();
                ++gap_;
            } else {
                if (run_++ == 0) appendNumber(gaps, gap_);
                gap_ = 0;
                values += differenceOf(is[i], was[i]);
            }
        }
    }

    // A run ends where the bytes are the same again, or at the end of all.
    void endRun()
    {
        if (run_ > 0) appendNumber(runs, run_);
        run_ = 0;
    }

    std::string gaps;
    std::string runs;
    std::string values;

private:
    std::uint64_t gap_ = 0;
    std::uint64_t run_ = 0;
};

// Each frame leans on the whole old file, and is no larger than the one window that a reader has for it.
std::string compressExtra(std::string_view extra, std::string_view oldBytes)
{
    std::string frames;
    for (; !extra.empty(); extra.remove_prefix(std::min(extra.size(), ExtraFrameBytes)))
        frames += zstdFrame(extra.substr(0, ExtraFrameBytes), StrongLevel, LargestWindowLog, oldBytes);
    return frames;
}

void createBsdiffZstd(std::string_view oldBytes, std::string_view newBytes, const PatchSink& sink)
{
    std::string control;
    Planes planes;
    std::string extra;
    {
        const auto triples = match(oldBytes, newBytes);
        for (const auto& [add, insert, seek] : triples) {
            appendNumber(control, static_cast<std::uint64_t>(add));
            appendNumber(control, static_cast<std::uint64_t>(insert));
            appendNumber(control, foldSign(seek));
        }
        walk(
            triples, oldBytes, newBytes, [&](std::string_view was, std::string_view is) { planes.add(was, is); },
            [&](std::string_view bytes) { extra += bytes; });
        planes.endRun();
    }
    const auto plane = [](const std::string& bytes) { return zstdFrame(bytes, StrongestLevel, PlaneWindowLog); };
    const std::array parts{plane(control), plane(planes.gaps), plane(planes.runs), plane(planes.values),
                           compressExtra(extra, oldBytes)};
    BsdiffZstdHeader header{static_cast<std::int64_t>(oldBytes.size()), static_cast<std::int64_t>(newBytes.size()), {}};
    for (std::size_t i = 0; i < header.partBytes.size(); ++i)
        header.partBytes[i] = static_cast<std::int64_t>(parts[i].size());
    sink(print(header));
    for (const auto& part : parts) sink(part);
}

// As zstd -19 --patch-from: a window that reaches over the whole new file.
void createZstd(std::string_view oldBytes, std::string_view newBytes, const PatchSink& sink)
{
    if (newBytes.empty()) return sink(std::string(ZstdMagic) + std::string("\x20\0\x01\0\0", 5));
    const auto log = std::clamp(static_cast<int>(std::bit_width(newBytes.size())), SmallestWindowLog, LargestWindowLog);
    sink(zstdFrame(newBytes, StrongLevel, log, oldBytes));
}

} // namespace

void create(Algorithm algorithm, std::string_view oldBytes, std::string_view newBytes, const PatchSink& sink)
{
    switch (algorithm) {
    case Algorithm::Bsdiff40: return createBsdiff40(oldBytes, newBytes, sink);
    case Algorithm::Zstd: return createZstd(oldBytes, newBytes, sink);
    case Algorithm::BsdiffZstd: return createBsdiffZstd(oldBytes, newBytes, sink);
    }
}

} // namespace baton::delta
