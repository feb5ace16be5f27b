#include "client/agent/Gate.h"

#include "client/core/Timestamp.h"

namespace baton::agent {
namespace {

std::optional<Bar> hold(const store::State& state, WallTime now)
{
    if (!state.hold) return std::nullopt;
    if (state.hold->until.empty()) return Bar{"a person holds updates back: baton resume lets them go on", {}, {}};
    const auto until = parseTimestamp(state.hold->until);
    if (!until || *until <= now) return std::nullopt;
    return Bar{"a person holds updates back until " + state.hold->until, until, {}};
}

std::optional<Bar> approval(const Settings& settings, const store::State& state, const std::string& version)
{
    if (!settings.needsApproval || !state.current || state.approved == version) return std::nullopt;
    return Bar{version + " waits for approval: baton approve " + version, {}, {}};
}

std::optional<Bar> group(const store::State& state, const std::string& version)
{
    if (!state.setBack || state.setBack->key.version != version) return std::nullopt;
    return Bar{
        version + " waits for another release of " + state.setBack->member + ": its group failed with it", {}, {}};
}

std::optional<Bar> window(const schedule::Openings& windows, const store::State& state, const store::Attempt& attempt,
                          WallTime now, const char* why)
{
    if (attempt.atOnce || !state.current) return std::nullopt;
    const auto opening = windows.at(now);
    if (!opening || opening->from <= now) return std::nullopt;
    return Bar{why, opening->from, opening};
}

} // namespace

std::optional<Bar> barToTaking(const Settings& settings, const store::State& state, const std::string& version,
                               WallTime now)
{
    if (auto bar = hold(state, now)) return bar;
    if (auto bar = group(state, version)) return bar;
    return approval(settings, state, version);
}

std::optional<Bar> barToFetching(const Settings& settings, const store::State& state, const store::Attempt& attempt,
                                 WallTime now)
{
    return window(settings.checkWindows, state, attempt, now, "downloads wait for their window");
}

std::optional<Bar> barToHandOff(const Settings& settings, const store::State& state, const store::Attempt& attempt,
                                WallTime now)
{
    if (auto bar = barToTaking(settings, state, attempt.key.version, now)) return bar;
    return window(settings.handOffWindows, state, attempt, now, "the hand-off waits for its window");
}

bool makesWay(const store::State& before, const store::State& after)
{
    return (after.approved != before.approved && !after.approved.empty()) || (before.hold && !after.hold);
}

} // namespace baton::agent
