// Every order in which a whole update can go, with two faults: what must always hold, holds in each state.
// SPDX-License-Identifier: Apache-2.0
#include "tests/supervise/HandoverModel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <map>
#include <ostream>
#include <queue>
#include <set>
#include <string>
#include <vector>

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
    enum class Until { AllIsSeen, SomethingIsWrong };

    explicit Exploration(const Rulebook& rules, Until until = Until::AllIsSeen)
        : rules_(rules),
          stopsAtOnce_(until == Until::SomethingIsWrong)
    {
        std::queue<World> next;
        const auto start = worldAtTheStart(rules_);
        ways_[start] = {};
        next.push(start);
        while (!next.empty()) {
            const auto world = next.front();
            next.pop();
            if (const auto fault = faultOf(world, rules_); !fault.empty()) complain(fault, world);
            if (stopsAtOnce_ && !complaints_.empty()) return;
            for (auto& move : movesFrom(world, rules_)) {
                ++steps_;
                events_.insert(move.name);
                if (const auto fault = faultOf(world, move); !fault.empty()) complain(fault, world, move.name);
                if (!move.isFault && !move.isWish) backwards_[move.after].push_back(world);
                if (ways_.emplace(move.after, Way{world, move.name}).second) next.push(move.after);
            }
        }
        findWaysOut();
    }

    std::size_t states() const { return ways_.size(); }
    std::size_t steps() const { return steps_; }
    std::size_t events() const { return events_.size(); }
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

    // Without a further fault and without anybody's help, each state comes to rest: a release serves, or the first is
    // waited for, or Baton ended.
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
    bool stopsAtOnce_;
    std::set<std::string> events_;
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
    std::cout << GetParam().name << ": " << exploration.states() << " states × " << exploration.events() << " events, "
              << exploration.steps() << " steps, " << exploration.phasesSeen() << " phases\n";
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

const std::array Variants{Variant{"Overlap", rulesOf(false, false, false)},
                          Variant{"OverlapWithStandBy", rulesOf(false, false, true)},
                          Variant{"OverlapRestartingOnFailure", rulesOf(false, true, true)},
                          Variant{"Restart", rulesOf(true, false, false)},
                          Variant{"RestartRestartingOnFailure", rulesOf(true, true, false)},
                          Variant{"EmptyStore", rulesOf(false, false, true, true)},
                          Variant{"AlmostACrashLoop", rulesOf(false, true, true, false, 2)},
                          Variant{"TwoCrashesBeforeALoop", rulesOf(false, true, true, false, 1)},
                          Variant{"OneMayDrain", [] {
                                      auto rules = rulesOf(false, false, true);
                                      rules.mostDraining = 1;
                                      return rules;
                                  }()}};

INSTANTIATE_TEST_SUITE_P(twoUpdatesAndTwoFaults, HandoverModel, ::testing::ValuesIn(Variants),
                         [](const auto& variant) { return std::string(variant.param.name); });

// Whether some variant has something to complain of then. One update with two faults is enough for that.
bool isNoticed(const std::function<void(Rulebook&)>& spoil)
{
    return std::any_of(Variants.begin(), Variants.end(), [&](const auto& variant) {
        auto rules = variant.rules;
        rules.offers = 1;
        spoil(rules);
        return !Exploration(rules, Exploration::Until::SomethingIsWrong).complaints().empty();
    });
}

TEST(HandoverModelItself, MissesNoRuleOfItsOwnThatIsBroken)
{
    for (const auto broken : {Broken::BelievesAnyAnswer, Broken::LetsAllDrain, Broken::ForgetsBlocked,
                              Broken::PassesACandidatesCode, Broken::ActsBeforeItRecords})
        EXPECT_TRUE(isNoticed([broken](Rulebook& rules) {
            rules.broken = broken;
            rules.offers = 2;
        })) << static_cast<int>(broken);
}

// One change of the table: a rule that is not there, one that leads elsewhere, one without one of its effects.
struct Mutant {
    std::string name;
    std::vector<Rule> table;
};

std::string describe(const Rule& rule)
{
    return std::string(publicName(rule.from)) + '/' + std::to_string(static_cast<int>(rule.from)) + " on " +
           std::string(name(rule.on));
}

std::vector<Mutant> mutantsOf(Phase from)
{
    const std::vector<Rule> real(Rules.begin(), Rules.end());
    std::vector<Mutant> mutants;
    for (std::size_t i = 0; i < real.size(); ++i) {
        if (real[i].from != from) continue;
        auto without = real;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
        mutants.push_back({describe(real[i]) + " left out", without});
        for (int phase = 0; phase <= static_cast<int>(Phase::Stopping); ++phase) {
            if (static_cast<Phase>(phase) == real[i].to) continue;
            auto elsewhere = real;
            elsewhere[i].to = static_cast<Phase>(phase);
            mutants.push_back({describe(real[i]) + " leads to " + std::to_string(phase), elsewhere});
        }
        for (std::size_t effect = 0; effect < MostEffects && real[i].effects.at(effect); ++effect) {
            auto less = real;
            less[i].effects.at(effect).reset();
            mutants.push_back({describe(real[i]) + " without effect " + std::to_string(effect), less});
        }
    }
    return mutants;
}

// By restart, too, the first release of an empty store starts as if it were by overlap: that rule is never asked for.
bool cannotMatter(const std::string& name) { return name.starts_with("empty/0 on offerRestart"); }

std::vector<Phase> phasesWithRules()
{
    std::set<Phase> phases;
    for (const auto& rule : Rules) phases.insert(rule.from);
    return {phases.begin(), phases.end()};
}

struct HandoverMutants : ::testing::TestWithParam<Phase> {};

TEST_P(HandoverMutants, AreNoticedInTheTable)
{
    const auto mutants = mutantsOf(GetParam());
    for (const auto& mutant : mutants)
        EXPECT_TRUE(cannotMatter(mutant.name) || isNoticed([&](Rulebook& rules) { rules.table = mutant.table; }))
            << mutant.name;
    std::cout << mutants.size() << " changes of the table\n";
}

INSTANTIATE_TEST_SUITE_P(inThePhase, HandoverMutants, ::testing::ValuesIn(phasesWithRules()),
                         [](const auto& phase) { return std::to_string(static_cast<int>(phase.param)); });

} // namespace
} // namespace baton::supervise::model
