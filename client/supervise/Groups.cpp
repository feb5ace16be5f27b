#include "client/supervise/Groups.h"

#include <algorithm>
#include <map>
#include <string>

namespace baton::supervise {

Groups::Groups(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings, const Group::Find& find)
{
    std::map<std::string, std::vector<const Settings*>> members;
    for (const auto& program : settings.programs)
        if (!program.group.empty()) members[program.group].push_back(&program);
    for (const auto& [name, programs] : members) {
        std::vector<int> numbers;
        Duration longest{0};
        for (const auto* program : programs) {
            numbers.push_back(program->number);
            longest = std::max(longest, program->groupWait);
        }
        all_.push_back(std::make_unique<Group>(loop, log, name, settings.stateDirectory, numbers, longest, find));
    }
}

std::vector<GroupSnapshot> Groups::save() const
{
    std::vector<GroupSnapshot> states;
    for (const auto& group : all_) states.push_back(group->save());
    return states;
}

void Groups::restore(const std::vector<GroupSnapshot>& states)
{
    for (const auto& group : all_)
        for (const auto& state : states)
            if (state.name == group->name()) group->restore(state);
}

void Groups::recover()
{
    for (const auto& group : all_) group->recover();
}

Group* Groups::of(int number) const
{
    const auto found =
        std::find_if(all_.begin(), all_.end(), [number](const auto& group) { return group->has(number); });
    return found == all_.end() ? nullptr : found->get();
}

} // namespace baton::supervise
