#include "client/delta/Bsdiff40.h"

#include "client/delta/Algorithm.h"
#include "client/delta/BadPatch.h"
#include "client/delta/Section.h"
#include "client/delta/Stream.h"

#include <algorithm>
#include <array>
#include <vector>

namespace baton::delta {
namespace {

constexpr std::int64_t DifferenceBytes = 64 * 1024;

struct Header {
    std::int64_t controlBytes;
    std::int64_t differenceBytes;
    std::int64_t newBytes;
};

Header headerOf(int patch, std::int64_t size)
{
    const auto head = patchHead(patch, Bsdiff40HeaderBytes);
    if (!head.starts_with(Bsdiff40Magic)) throw BadPatch("the patch does not begin as BSDIFF40");
    if (head.size() < Bsdiff40HeaderBytes) throw BadPatch("the patch is cut short in its header");
    const auto number = [&](std::size_t place) {
        return readOff(std::string_view(head).substr(Bsdiff40Magic.size() + place * OffBytes, OffBytes));
    };
    const Header header{number(0), number(1), number(2)};
    if (header.controlBytes < 0 || header.differenceBytes < 0 || header.newBytes < 0)
        throw BadPatch("the patch says a negative size in its header");
    const auto room = size - static_cast<std::int64_t>(Bsdiff40HeaderBytes);
    if (header.controlBytes > room || header.differenceBytes > room - header.controlBytes)
        throw BadPatch("the patch says sizes in its header that it does not have");
    return header;
}

class Bsdiff40Recipe : public Recipe {
public:
    Bsdiff40Recipe(int patch, const Header& header, std::int64_t size)
        : control_("the control stream", Section(patch, Begin, Begin + header.controlBytes)),
          differences_("the difference stream", Section(patch, Begin + header.controlBytes,
                                                        Begin + header.controlBytes + header.differenceBytes)),
          extra_("the extra stream", Section(patch, Begin + header.controlBytes + header.differenceBytes, size)),
          block_(static_cast<std::size_t>(DifferenceBytes))
    {
    }

    Triple next() override
    {
        std::array<char, 3 * OffBytes> bytes{};
        control_.readAll(bytes);
        const std::string_view view(bytes.data(), bytes.size());
        return {readOff(view), readOff(view.substr(OffBytes)), readOff(view.substr(2 * OffBytes))};
    }

    void addDifferences(std::span<char> block) override
    {
        while (!block.empty()) {
            const std::span<char> differences(block_.data(), std::min(block.size(), block_.size()));
            differences_.readAll(differences);
            for (std::size_t i = 0; i < differences.size(); ++i)
                block[i] = static_cast<char>(static_cast<unsigned char>(block[i]) +
                                             static_cast<unsigned char>(differences[i]));
            block = block.subspan(differences.size());
        }
    }

    void insert(std::span<char> block) override { extra_.readAll(block); }

    void demandEnd() override
    {
        control_.demandEnd();
        differences_.demandEnd();
        extra_.demandEnd();
    }

private:
    static constexpr std::int64_t Begin = Bsdiff40HeaderBytes;

    BzStream control_;
    BzStream differences_;
    BzStream extra_;
    std::vector<char> block_;
};

} // namespace

std::int64_t readOff(std::string_view bytes)
{
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < OffBytes; ++i)
        number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    constexpr std::uint64_t Sign = std::uint64_t{1} << 63U;
    const auto amount = static_cast<std::int64_t>(number & ~Sign);
    return (number & Sign) != 0 ? -amount : amount;
}

std::string printOff(std::int64_t number)
{
    auto amount = static_cast<std::uint64_t>(number < 0 ? -number : number);
    if (number < 0) amount |= std::uint64_t{1} << 63U;
    std::string bytes;
    for (std::size_t i = 0; i < OffBytes; ++i) bytes += static_cast<char>(amount >> (8 * i) & 0xFFU);
    return bytes;
}

void demandSize(std::int64_t said, std::optional<std::int64_t> promised)
{
    if (promised && said != *promised)
        throw BadPatch("the patch makes " + std::to_string(said) + " bytes instead of the promised " +
                       std::to_string(*promised));
}

void applyBsdiff40(const OldFile& old, int patch, std::optional<std::int64_t> promisedBytes, const Sink& sink)
{
    const auto size = patchSize(patch);
    const auto header = headerOf(patch, size);
    demandSize(header.newBytes, promisedBytes);
    Bsdiff40Recipe recipe(patch, header, size);
    rebuild(recipe, old, header.newBytes, sink);
}

} // namespace baton::delta
