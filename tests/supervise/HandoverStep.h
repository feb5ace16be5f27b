// One step of the hand-off's model: an event of the real table, and what it does to processes that are only counted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/supervise/HandoverModel.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baton::supervise::model {

inline bool isBlocked(const World& world, Release release)
{
    return release != None && (world.blocked >> release & 1U) != 0;
}

/// What goes wrong in one step, beside the event itself.
enum class Trouble { Nothing, Disk, Fork };

/// Machine::step, and what Handover does for each effect.
class Step {
public:
    Step(World world, const Rulebook& rules, Trouble trouble);

    void post(Event event);

    void launchCurrent();

    /// The answer to a health question: that whoever was asked is not well.
    void hearIllness();

    /// It may be well, and drains. By restart its end comes first, and does the rest.
    void withdrawCandidate();

    /// Its end, for whatever reason: whose code that is, and what the machine hears.
    void killCandidate();

    struct Died {
        Phase phase;
        Release release;
        bool loops;
    };
    /// Whoever failed on its way in, or again and again after it, is blocked.
    void judge(const Died& died);

    /// Whether it was one crash too many.
    static bool counts(World& w);

    /// Whether that was met.
    bool met(Trouble trouble) const { return wished_ == trouble && trouble_ == Trouble::Nothing; }
    bool isByRestart() const { return rules_.restart; }

    World world_;
    std::string broken_;
    std::vector<World> between_; ///< after each effect: Baton may be killed there, too

private:
    std::optional<Rule> ruleOf(Phase from, Event on) const;
    void handle(Event event);
    bool perform(Effect effect);
    bool launch(Release release);
    bool recorded() { return std::exchange(trouble_, Trouble::Nothing) != Trouble::Disk; }
    void remember(Release release, int tries);
    void forgetInstall(Release release);
    void forgetCandidate();
    void letGo();
    void block(Release release);
    bool startCandidate();
    bool startAlone();
    bool drainOld();
    bool commit();
    Code codeAtTheEnd();

    const Rulebook& rules_;
    Trouble wished_;
    Trouble trouble_; // what is still to come
    std::deque<Event> queue_;
};

} // namespace baton::supervise::model
