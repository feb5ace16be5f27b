#include "server-mock/Instances.h"

#include "server-mock/Catalogue.h"

#include <array>

namespace baton::mock {
namespace {

struct Step {
    int eventtype;
    int eventresult;
    bool ends;
};
// An app that is not Flatcar's own is complete with 3/1 already.
constexpr std::array Steps{Step{13, 1, false}, Step{14, 1, false}, Step{800, 1, false},
                           Step{3, 0, true},   Step{3, 1, true},   Step{3, 2, true}};

} // namespace

Instances::Key Instances::keyOf(const protocol::AppRequest& app) { return {app.machineid, appKey(app.appid)}; }

void Instances::tell(const protocol::AppRequest& app)
{
    const std::lock_guard lock(mutex_);
    for (const auto& event : app.events) {
        events_[app.machineid].push_back(event);
        auto& state = states_[keyOf(app)];
        if (state == State::Idle) continue;
        for (const auto& step : Steps)
            if (step.eventtype == event.eventtype && step.eventresult == event.eventresult.value_or(0))
                state = step.ends ? State::Idle : State::Updating;
    }
}

void Instances::grant(const protocol::AppRequest& app)
{
    if (app.machineid.empty()) return; // Nobody knows which machine this is: it can be told nothing but what is new.
    const std::lock_guard lock(mutex_);
    states_[keyOf(app)] = State::Granted;
}

bool Instances::isUpdating(const protocol::AppRequest& app) const
{
    const std::lock_guard lock(mutex_);
    const auto found = states_.find(keyOf(app));
    return found != states_.end() && found->second == State::Updating;
}

std::vector<protocol::Event> Instances::events(const std::string& machineid) const
{
    const std::lock_guard lock(mutex_);
    const auto found = events_.find(machineid);
    return found == events_.end() ? std::vector<protocol::Event>() : found->second;
}

} // namespace baton::mock
