// Every order in which a whole update can go, with two faults: what must always hold, holds in each state.
// SPDX-License-Identifier: Apache-2.0
#include "tests/supervise/HandoverModel.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <ostream>
#include <queue>
#include <set>

namespace baton::supervise::model {
namespace {

struct Variant {
    const char* name;
    Rulebook rules;
};
void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

// Each state that can be reached, by the shortest way.
class Exploration {
public:
    explicit Exploration(const Rulebook& rules) : rules_(rules)
    {
        std::queue<World> next;
        const auto start = worldAtTheStart(rules_);
        ways_[start] = {};
        next.push(start);
        while (!next.empty()) {
            const auto world = next.front();
            next.pop();
            if (const auto fault = faultOf(world); !fault.empty()) complain(fault, world);
            for (auto& move : movesFrom(world, rules_)) {
                ++steps_;
                if (!move.broken.empty()) complain(move.broken, world, move.name);
                if (!move.isFault) backwards_[move.after].push_back(world);
                if (ways_.emplace(move.after, Way{world, move.name}).second) next.push(move.after);
            }
        }
        findWaysOut();
    }

    std::size_t states() const { return ways_.size(); }
    std::size_t steps() const { return steps_; }
    const std::set<std::string>& complaints() const { return complaints_; }
    std::size_t phasesSeen() const
    {
        std::set<Phase> phases;
        for (const auto& [world, way] : ways_) phases.insert(world.phase);
        return phases.size();
    }

private:
    struct Way {
        std::optional<World> from{};
        std::string by{};
    };

    // Without a further fault, each state comes to rest: a release serves, or the first is waited for, or Baton ended.
    void findWaysOut()
    {
        std::set<World> good;
        std::queue<World> next;
        for (const auto& [world, way] : ways_)
            if (world.over ||
                ((world.phase == Phase::Serving || world.phase == Phase::Empty) && world.pending == None)) {
                good.insert(world);
                next.push(world);
            }
        while (!next.empty()) {
            const auto world = next.front();
            next.pop();
            for (const auto& before : backwards_[world])
                if (good.insert(before).second) next.push(before);
        }
        for (const auto& [world, way] : ways_)
            if (good.count(world) == 0) complain("there is no way out", world);
    }

    void complain(const std::string& what, const World& world, const std::string& move = {})
    {
        if (complaints_.size() >= 3) return; // The first are the shortest.
        std::string way = move;
        for (auto at = ways_.find(world); at != ways_.end() && at->second.from; at = ways_.find(*at->second.from))
            way = at->second.by + (way.empty() ? "" : " → ") + way;
        complaints_.insert(what + ": " + way);
    }

    Rulebook rules_;
    std::map<World, Way> ways_;
    std::map<World, std::vector<World>> backwards_;
    std::set<std::string> complaints_;
    std::size_t steps_ = 0;
};

struct HandoverModel : ::testing::TestWithParam<Variant> {};

TEST_P(HandoverModel, KeepsItsPromisesInEveryOrder)
{
    const Exploration exploration(GetParam().rules);

    for (const auto& complaint : exploration.complaints()) ADD_FAILURE() << complaint;
    EXPECT_GT(exploration.states(), 500U);
    std::cout << GetParam().name << ": " << exploration.states() << " states, " << exploration.steps() << " steps, "
              << exploration.phasesSeen() << " phases\n";
}

Rulebook rulesOf(bool restart, bool again, bool canStandBy, bool startsEmpty = false, int crashesBefore = 0)
{
    Rulebook rules;
    rules.restart = restart;
    rules.again = again;
    rules.canStandBy = canStandBy;
    rules.startsEmpty = startsEmpty;
    rules.crashesBefore = crashesBefore;
    return rules;
}

INSTANTIATE_TEST_SUITE_P(twoUpdatesAndTwoFaults, HandoverModel,
                         ::testing::Values(Variant{"Overlap", rulesOf(false, false, false)},
                                           Variant{"OverlapWithStandBy", rulesOf(false, false, true)},
                                           Variant{"OverlapRestartingOnFailure", rulesOf(false, true, true)},
                                           Variant{"Restart", rulesOf(true, false, false)},
                                           Variant{"RestartRestartingOnFailure", rulesOf(true, true, false)},
                                           Variant{"EmptyStore", rulesOf(false, false, true, true)},
                                           Variant{"AlmostACrashLoop", rulesOf(false, true, true, false, 2)}),
                         [](const auto& variant) { return std::string(variant.param.name); });

} // namespace
} // namespace baton::supervise::model
