#include "client/supervise/CrashLoop.h"

#include "client/core/Duration.h"

#include <algorithm>
#include <array>
#include <csignal>

namespace baton::supervise {

bool isFailure(const os::ExitStatus& status)
{
    constexpr std::array Ordered{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};
    const int code = status.shellCode(); // A program that handles such a signal often ends with what a shell would say.
    return code != 0 &&
           std::none_of(Ordered.begin(), Ordered.end(), [code](int signal) { return code == 128 + signal; });
}

std::optional<store::Crashes> countedWith(const std::optional<store::Crashes>& before, const store::ReleaseKey& key,
                                          Duration lasted, const os::ExitStatus& status)
{
    if (!isFailure(status) || lasted >= LongEnough) return std::nullopt;
    return store::Crashes{key, before && before->key == key ? before->count + 1 : 1};
}

bool isLoop(const std::optional<store::Crashes>& crashes) { return crashes && crashes->count >= CrashesOfALoop; }

std::string describe(const store::Crashes& crashes, const os::ExitStatus& last)
{
    return "it died " + std::to_string(crashes.count) + " times within " + printDuration(LongEnough) +
           " of its start, the last time with " + os::describe(last);
}

} // namespace baton::supervise
