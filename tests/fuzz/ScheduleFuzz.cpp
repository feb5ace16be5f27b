// downloads/schedule.json, whatever a disk made of it: either it is refused, or it prints and parses as itself and
// makes nobody sleep for longer than a day.
#include "client/schedule/Memory.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton;
    constexpr Duration day = std::chrono::hours(24);
    schedule::Memory memory;
    try {
        memory = schedule::parseMemory(std::string(reinterpret_cast<const char*>(data), size));
    } catch (const std::runtime_error&) {
        return 0;
    }
    const auto left = leftOf(memory, WallTime(std::chrono::hours(500'000)), day);
    const auto again = schedule::parseMemory(print(memory));
    if (memory.failures < 0 || left < Duration(0) || left > day || again.failures != memory.failures) std::abort();
    return 0;
}
