#include "client/agent/Amounts.h"

#include <array>
#include <string_view>

namespace baton::agent {
namespace {

// One digit after the point, cut, not rounded: 999,999 bytes are no "1000.0 kB".
std::string withTenth(std::int64_t amount, std::int64_t unit)
{
    return std::to_string(amount / unit) + '.' + std::to_string(amount % unit * 10 / unit);
}

} // namespace

std::string printSize(std::int64_t bytes)
{
    static constexpr std::array<std::string_view, 3> Units{" kB", " MB", " GB"};
    if (bytes < 1000) return std::to_string(bytes) + " bytes";
    std::int64_t unit = 1000;
    std::size_t name = 0;
    while (bytes / unit >= 1000 && name + 1 < Units.size()) {
        unit *= 1000;
        ++name;
    }
    return withTenth(bytes, unit).append(Units[name]);
}

std::string printSeconds(Duration duration) { return withTenth(duration.count(), 1000) + 's'; }

} // namespace baton::agent
