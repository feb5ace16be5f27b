#include "client/delta/BsdiffZstd.h"

#include "client/delta/Algorithm.h"
#include "client/delta/BadPatch.h"
#include "client/delta/Bsdiff40.h"
#include "client/delta/Section.h"
#include "client/delta/Stream.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace baton::delta {
namespace {

constexpr std::size_t LongestHeader = BsdiffZstdMagic.size() + (Parts + 1) * LongestNumber;
constexpr std::int64_t Forever = std::numeric_limits<std::int64_t>::max();

// Gives the next byte, or nothing at the end.
template <typename NextByte>
std::optional<std::int64_t> readNumber(NextByte nextByte, const char* what)
{
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < LongestNumber; ++i) {
        const std::optional<unsigned char> byte = nextByte();
        if (!byte && i == 0) return std::nullopt;
        if (!byte) throw BadPatch(std::string(what) + " ends within a number");
        number |= static_cast<std::uint64_t>(*byte & 0x7FU) << (7 * i);
        if ((*byte & 0x80U) == 0) return static_cast<std::int64_t>(number); // Nine times seven bits: below 2^63.
    }
    throw BadPatch(std::string(what) + " has a number that is too long");
}

struct Layout {
    BsdiffZstdHeader header;
    std::array<std::int64_t, Parts + 1> bounds{}; ///< where each part begins, and the end of the last
};

Layout layoutOf(int patch)
{
    const auto size = patchSize(patch);
    const auto head = patchHead(patch, LongestHeader);
    if (!head.starts_with(BsdiffZstdMagic)) throw BadPatch("the patch does not begin as bsdiff-zstd");
    std::size_t at = BsdiffZstdMagic.size();
    const auto number = [&]() -> std::int64_t {
        const auto read = readNumber(
            [&]() -> std::optional<unsigned char> {
                if (at == head.size()) return std::nullopt;
                return static_cast<unsigned char>(head[at++]);
            },
            "the patch's header");
        if (!read) throw BadPatch("the patch is cut short in its header");
        return *read;
    };
    Layout layout;
    layout.header.oldBytes = number();
    layout.header.newBytes = number();
    for (auto& bytes : layout.header.partBytes) bytes = number();
    layout.bounds.front() = static_cast<std::int64_t>(at);
    for (std::size_t i = 0; i < layout.header.partBytes.size(); ++i) {
        if (layout.header.partBytes[i] > size - layout.bounds[i])
            throw BadPatch("the patch says sizes in its header that it does not have");
        layout.bounds[i + 1] = layout.bounds[i] + layout.header.partBytes[i];
    }
    layout.bounds.back() = size;
    return layout;
}

// One of the streams that are read a byte or a number at a time.
class Plane {
public:
    Plane(const char* what, int patch, const Layout& layout, Part part)
        : what_(what),
          stream_(what,
                  Section(patch, layout.bounds[static_cast<std::size_t>(part)],
                          layout.bounds[static_cast<std::size_t>(part) + 1]),
                  {PlaneWindowLog, false}),
          block_(BlockBytes)
    {
    }

    std::optional<std::int64_t> numberIfAny()
    {
        // Nearly all have one byte.
        if (at_ < end_ && static_cast<unsigned char>(block_[at_]) < 0x80U) return block_[at_++];
        return readNumber([this] { return byte(); }, what_);
    }

    std::int64_t number()
    {
        const auto read = numberIfAny();
        if (!read) refuseEarlyEnd();
        return *read;
    }

    // Of the next bytes `most` or fewer, one at least.
    std::string_view some(std::size_t most)
    {
        if (at_ == end_ && !refill()) refuseEarlyEnd();
        const std::string_view bytes(block_.data() + at_, std::min(most, end_ - at_));
        at_ += bytes.size();
        return bytes;
    }

    void demandEnd()
    {
        if (byte()) throw BadPatch(std::string(what_) + " has more bytes than the new file needs");
    }

private:
    static constexpr std::size_t BlockBytes = std::size_t{32} * 1024;

    bool refill()
    {
        end_ = stream_.read(block_);
        at_ = 0;
        return end_ > 0;
    }

    std::optional<unsigned char> byte()
    {
        if (at_ == end_ && !refill()) return std::nullopt;
        return static_cast<unsigned char>(block_[at_++]);
    }

    [[noreturn]] void refuseEarlyEnd() const { throw BadPatch(std::string(what_) + " ends too early"); }

    const char* what_;
    ZstdStream stream_;
    std::vector<char> block_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
};

class BsdiffZstdRecipe : public Recipe {
public:
    BsdiffZstdRecipe(int patch, const Layout& layout, const OldFile& old)
        : control_("the control stream", patch, layout, Part::Control),
          gaps_("the stream of gaps", patch, layout, Part::Gaps),
          runs_("the stream of runs", patch, layout, Part::Runs),
          values_("the stream of values", patch, layout, Part::Values),
          extra_("the extra stream", Section(patch, layout.bounds[Parts - 1], layout.bounds[Parts]),
                 {ExtraWindowLog, true, layout.bounds[Parts - 1] < layout.bounds[Parts] ? old.bytes() : ""})
    {
        nextRun();
    }

    Triple next() override
    {
        const auto add = control_.number();
        const auto insert = control_.number();
        return {add, insert, unfoldSign(static_cast<std::uint64_t>(control_.number()))};
    }

    void addDifferences(std::span<char> block) override
    {
        char* at = block.data();
        std::int64_t left = std::ssize(block);
        for (;;) {
            const auto same = std::min(gap_, left);
            at += same;
            left -= same;
            if (gap_ != Forever) gap_ -= same;
            if (left == 0) return;
            const auto values = values_.some(static_cast<std::size_t>(std::min(run_, left)));
            for (const char value : values) {
                *at = static_cast<char>(static_cast<unsigned char>(*at) + static_cast<unsigned char>(value));
                ++at;
            }
            left -= std::ssize(values);
            run_ -= std::ssize(values);
            if (run_ == 0) nextRun();
        }
    }

    void insert(std::span<char> block) override { extra_.readAll(block); }

    void demandEnd() override
    {
        if (gap_ != Forever) throw BadPatch("the stream of gaps has more bytes than the new file needs");
        control_.demandEnd();
        runs_.demandEnd();
        values_.demandEnd();
        extra_.demandEnd();
    }

private:
    void nextRun()
    {
        const auto gap = gaps_.numberIfAny();
        gap_ = gap.value_or(Forever);
        run_ = gap ? runs_.number() : 0;
        if (gap && run_ == 0) throw BadPatch("the stream of runs has one of no length");
    }

    Plane control_;
    Plane gaps_;
    Plane runs_;
    Plane values_;
    ZstdStream extra_;
    std::int64_t gap_ = Forever; ///< bytes that are the same, until the next run
    std::int64_t run_ = 0;
};

} // namespace

void appendNumber(std::string& to, std::uint64_t number)
{
    while (number >= 0x80U) {
        to += static_cast<char>((number & 0x7FU) | 0x80U);
        number >>= 7U;
    }
    to += static_cast<char>(number);
}

std::uint64_t foldSign(std::int64_t number)
{
    const auto bits = static_cast<std::uint64_t>(number);
    return number < 0 ? ~(bits << 1U) : bits << 1U;
}

std::int64_t unfoldSign(std::uint64_t number)
{
    const auto half = static_cast<std::int64_t>(number >> 1U);
    return (number & 1U) != 0 ? -half - 1 : half;
}

std::string print(const BsdiffZstdHeader& header)
{
    std::string text(BsdiffZstdMagic);
    appendNumber(text, static_cast<std::uint64_t>(header.oldBytes));
    appendNumber(text, static_cast<std::uint64_t>(header.newBytes));
    for (const auto bytes : header.partBytes) appendNumber(text, static_cast<std::uint64_t>(bytes));
    return text;
}

void applyBsdiffZstd(const OldFile& old, int patch, std::optional<std::int64_t> promisedBytes, const Sink& sink)
{
    const auto layout = layoutOf(patch);
    demandSize(layout.header.newBytes, promisedBytes);
    if (layout.header.oldBytes != old.sizeBytes())
        throw BadPatch("the patch is for an old file of " + std::to_string(layout.header.oldBytes) + " bytes, and " +
                       old.name() + " has " + std::to_string(old.sizeBytes()));
    BsdiffZstdRecipe recipe(patch, layout, old);
    rebuild(recipe, old, layout.header.newBytes, sink);
}

} // namespace baton::delta
