// What an operator writes behind --window: any text is either a window that prints and parses as itself, and opens
// within a fortnight of any moment, or refused with a sentence.
#include "client/schedule/Openings.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton;
    const auto window = schedule::parseWindow({reinterpret_cast<const char*>(data), size});
    if (!window) {
        if (window.error().detail.empty()) std::abort();
        return 0;
    }
    const auto again = schedule::parseWindow(print(*window));
    if (!again || *again != *window) std::abort();
    try {
        const WallTime now{std::chrono::hours(500'000 + size * 7)};
        const auto opening = schedule::Openings({*window}, "UTC").at(now);
        if (!opening || opening->to <= now || opening->from - now > std::chrono::hours(24 * 14)) std::abort();
    } catch (const std::runtime_error&) {
        return 0; // A time zone that nobody knows.
    }
    return 0;
}
