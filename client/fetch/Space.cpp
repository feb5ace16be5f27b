#include "client/fetch/Space.h"

#include "client/core/Amounts.h"

#include <algorithm>
#include <limits>
#include <map>

namespace baton::fetch {
namespace {

constexpr std::uintmax_t MostReserve = std::uintmax_t{64} << 20U;

std::string printSize(std::uintmax_t bytes)
{
    constexpr std::uintmax_t Most = std::numeric_limits<std::int64_t>::max();
    return baton::printSize(static_cast<std::int64_t>(std::min(bytes, Most)));
}

} // namespace

std::uintmax_t reserveOf(const os::Disk& disk) { return std::min(disk.sizeBytes / 100, MostReserve); }

std::string shortage(const std::vector<Need>& needs, const os::Disk& disk)
{
    if (disk.sizeBytes == 0) return {};
    const auto reserve = reserveOf(disk);
    auto sum = reserve;
    std::string parts;
    for (const auto& need : needs) {
        const auto bytes = static_cast<std::uintmax_t>(need.bytes);
        sum += std::min(bytes, std::numeric_limits<std::uintmax_t>::max() - sum);
        parts += printSize(bytes) + ' ' + need.what + ", ";
    }
    if (sum <= disk.freeBytes) return {};
    return "No space left on device: " + printSize(sum) + " are needed on the disk of " +
           needs.front().directory.string() + " (" + parts + printSize(reserve) + " to stay free), " +
           printSize(disk.freeBytes) + " are free; make room there";
}

Result<Done> demandSpace(const std::vector<Need>& needs)
{
    std::map<dev_t, std::vector<Need>> byDisk;
    for (const auto& need : needs) byDisk[os::diskOf(need.directory).id].push_back(need);
    for (const auto& [id, together] : byDisk) {
        auto sentence = shortage(together, os::diskOf(together.front().directory));
        if (!sentence.empty()) return Failure{Category::Download, code::WriteFailed, std::move(sentence)};
    }
    return Done{};
}

} // namespace baton::fetch
