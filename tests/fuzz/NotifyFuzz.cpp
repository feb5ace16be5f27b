// What a program says on NOTIFY_SOCKET: any bytes are either a notification whose values are within their bounds and
// fit for a log and for LISTEN_FDNAMES, or nothing.
#include "client/core/Text.h"
#include "client/supervise/Notification.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto said = supervise::parseNotification(text);
    if (!said) return 0;
    constexpr Duration Day{24LL * 3600 * 1000};
    const auto isTime = [&](const auto& time) { return !time || (*time >= Duration(0) && *time <= Day); };
    const auto& name = said->descriptorName;
    const bool harmless = size <= supervise::LongestNotification && isTime(said->extend) &&
                          isTime(said->watchdogInterval) && (!said->mainPid || *said->mainPid > 1) &&
                          (!said->error || (*said->error > 0 && *said->error < 4096)) &&
                          (name.empty() || isDescriptorName(name)) &&
                          (!said->status || (!hasControls(*said->status) && isUtf8(*said->status)));
    if (!harmless || supervise::parseNotification(std::string(text) + "\nX=1").has_value() !=
                         (size + 4 <= supervise::LongestNotification))
        std::abort();
    return 0;
}
