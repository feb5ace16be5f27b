#include "client/supervise/DescriptorStore.h"

#include "client/os/Passing.h"
#include "client/os/ProcessTable.h"

#include <algorithm>
#include <system_error>

namespace baton::supervise {

namespace {

// An older Baton, which does not say it, knew no better.
std::set<int> usersOf(const StoredState& state)
{
    auto users = state.holders;
    users.erase(state.storedBy);
    return users;
}

} // namespace

void StoredDescriptor::giveTo(int generation)
{
    holders.insert(generation);
    users.insert(generation);
}

DescriptorStore::DescriptorStore(loop::EventLoop& loop, Log& log, std::function<void()> changed)
    : loop_(loop),
      log_(log),
      changed_(std::move(changed))
{
}

void DescriptorStore::put(const std::string& name, std::vector<os::UniqueFd> descriptors, int generation, bool polls)
{
    std::size_t tooMany = 0;
    for (auto& descriptor : descriptors) {
        if (auto* const known = find(descriptor.get())) {
            known->storedBy = generation;
            known->holders.insert(generation);
            known->users.erase(generation);
            continue;
        }
        if (all_.size() >= Most) {
            ++tooMany;
            continue;
        }
        all_.push_back({name, std::move(descriptor), generation, polls, {generation}, {}, {}});
        if (polls) watch(all_.back());
    }
    if (tooMany > 0)
        log_.warning(std::to_string(tooMany) + " descriptors of generation " + std::to_string(generation) +
                     " were closed: the store holds " + std::to_string(Most));
    changed_();
}

void DescriptorStore::remove(const std::string& name)
{
    all_.remove_if([&](const auto& stored) { return stored.name == name; });
}

void DescriptorStore::giveBack(int generation)
{
    for (auto& stored : all_)
        if (stored.users.count(generation) == 0) stored.holders.erase(generation);
}

std::vector<StoredDescriptor*> DescriptorStore::freeFor(int generation, const std::set<int>& living)
{
    std::vector<StoredDescriptor*> free;
    for (auto& stored : all_) {
        const bool isUsed =
            std::any_of(living.begin(), living.end(), [&](int other) { return stored.users.count(other) != 0; });
        if (stored.holders.count(generation) == 0 && !isUsed) free.push_back(&stored);
    }
    return free;
}

bool DescriptorStore::giveNew(int generation, const std::set<int>& living, const Give& give)
{
    for (auto left = freeFor(generation, living); !left.empty(); left = freeFor(generation, living)) {
        std::vector<int> descriptors;
        const auto name = left.front()->name;
        std::erase_if(left, [&](const auto* stored) { return stored->name != name; });
        for (const auto* stored : left) descriptors.push_back(stored->descriptor.get());
        if (!give(name, descriptors)) return false;
        for (auto* stored : left) stored->giveTo(generation);
    }
    return true;
}

std::vector<StoredState> DescriptorStore::save() const
{
    std::vector<StoredState> states;
    for (const auto& stored : all_)
        states.push_back(
            {stored.name, stored.descriptor.get(), stored.storedBy, stored.polls, stored.holders, stored.users});
    return states;
}

void DescriptorStore::restore(const std::vector<StoredState>& states)
{
    for (const auto& state : states) {
        all_.push_back({state.name,
                        os::received(state.descriptor),
                        state.storedBy,
                        state.polls,
                        state.holders,
                        state.users.value_or(usersOf(state)),
                        {}});
        if (state.polls) watch(all_.back());
    }
}

StoredDescriptor* DescriptorStore::find(int descriptor)
{
    const auto found = std::find_if(all_.begin(), all_.end(), [descriptor](const auto& stored) {
        return os::isSameFile(stored.descriptor.get(), descriptor);
    });
    return found == all_.end() ? nullptr : &*found;
}

void DescriptorStore::watch(StoredDescriptor& stored)
try {
    stored.hungUp = loop_.whenHungUp(stored.descriptor.get(), [this, &stored] {
        all_.remove_if([&stored](const auto& each) { return &each == &stored; });
    });
} catch (const std::system_error&) { // A file has no other end that could go.
}

} // namespace baton::supervise
