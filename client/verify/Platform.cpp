#include "client/verify/Platform.h"

#include <sys/utsname.h>

#include <array>
#include <utility>

namespace baton::verify {

Platform platformOf(std::string_view machine)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> Words{{{"x86_64", "x64"},
                                                                                         {"aarch64", "arm64"},
                                                                                         {"i386", "x86"},
                                                                                         {"i686", "x86"},
                                                                                         {"armv6l", "arm"},
                                                                                         {"armv7l", "arm"},
                                                                                         {"armv8l", "arm"}}};
    for (const auto& [kernels, omahas] : Words)
        if (machine == kernels) return {"linux", std::string(omahas)};
    return {"linux", std::string(machine)};
}

Platform thisPlatform()
{
    utsname name{};
    return platformOf(::uname(&name) == 0 ? std::string_view(name.machine) : std::string_view("unknown"));
}

} // namespace baton::verify
