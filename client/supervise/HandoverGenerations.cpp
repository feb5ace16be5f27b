// Which generations there are, whatever part they have.
#include "client/supervise/Handover.h"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

namespace baton::supervise {

std::vector<const Generation*> Handover::all() const
{
    std::vector<const Generation*> found;
    for (const auto* one : {&serving_, &candidate_, &standingBy_})
        if (*one) found.push_back(one->get());
    for (const auto& one : draining_) found.push_back(one.get());
    return found;
}

bool Handover::isGeneration(pid_t pid) const
{
    const auto generations = all();
    return std::any_of(generations.begin(), generations.end(),
                       [pid](const auto* generation) { return generation->startedAs() == pid; });
}

bool Handover::awaits(pid_t pid) const
{
    const auto generations = all();
    return std::any_of(generations.begin(), generations.end(),
                       [pid](const auto* generation) { return generation->awaits(pid); });
}

std::set<int> Handover::living() const
{
    std::set<int> numbers;
    for (const auto* one : {&serving_, &candidate_, &standingBy_})
        if (*one) numbers.insert((*one)->number());
    for (const auto& one : draining_) numbers.insert(one->number());
    return numbers;
}

Generation* Handover::find(int number) const
{
    for (const auto* one : {&serving_, &candidate_, &standingBy_})
        if (*one && (*one)->number() == number) return one->get();
    const auto found = std::find_if(draining_.begin(), draining_.end(),
                                    [number](const auto& generation) { return generation->number() == number; });
    return found == draining_.end() ? nullptr : found->get();
}

bool Handover::lives(int number) const { return find(number) != nullptr; }

} // namespace baton::supervise
