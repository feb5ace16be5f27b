// Programs and their groups: what one tells goes to its group, if it has one.
#include "client/supervise/Supervisor.h"

#include <string>

namespace baton::supervise {

void Supervisor::formGroups()
{
    groups_ = std::make_unique<Groups>(loop_, log_, settings_, [this](int number) -> Program& {
        return *programs_.at(static_cast<std::size_t>(number));
    });
}

// Nothing while all end: what is under way goes on with the next Baton.
Group* Supervisor::groupOf(int number) const { return stops_ ? nullptr : groups_->of(number); }

void Supervisor::stands(int number)
{
    if (auto* const group = groupOf(number)) group->stands(number);
}

void Supervisor::passed(int number, Half half)
{
    if (auto* const group = groupOf(number)) group->passed(number, half);
}

void Supervisor::failed(int number, const std::string& why)
{
    if (auto* const group = groupOf(number)) group->failed(number, why);
}

void Supervisor::settled(int number)
{
    if (auto* const group = groupOf(number)) group->settled(number);
}

void Supervisor::lift(int number)
{
    if (auto* const group = groupOf(number)) group->lift(number);
}

std::string Supervisor::groupSentence(int number) const
{
    const auto* const group = groupOf(number);
    return group == nullptr ? std::string() : group->sentence(number);
}

} // namespace baton::supervise
