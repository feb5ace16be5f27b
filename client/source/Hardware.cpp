#include "client/source/Hardware.h"

#include <sys/sysinfo.h>

namespace baton::source {

protocol::Hw thisHardware()
{
    protocol::Hw hardware;
    constexpr std::uint64_t Gibibyte = std::uint64_t{1} << 30U;
    struct sysinfo memory {};
    if (::sysinfo(&memory) == 0)
        hardware.physmemory = static_cast<std::int64_t>(std::uint64_t{memory.totalram} * memory.mem_unit / Gibibyte);
#if defined(__x86_64__) || defined(__i386__)
    hardware.sse = __builtin_cpu_supports("sse") != 0;
    hardware.sse2 = __builtin_cpu_supports("sse2") != 0;
    hardware.sse3 = __builtin_cpu_supports("sse3") != 0;
    hardware.ssse3 = __builtin_cpu_supports("ssse3") != 0;
    hardware.sse41 = __builtin_cpu_supports("sse4.1") != 0;
    hardware.sse42 = __builtin_cpu_supports("sse4.2") != 0;
    hardware.avx = __builtin_cpu_supports("avx") != 0;
#endif
    return hardware;
}

} // namespace baton::source
