// What must hold in each state of the model, and in each step.
// SPDX-License-Identifier: Apache-2.0
#include "tests/supervise/HandoverStep.h"

#include <set>

namespace baton::supervise::model {

std::string faultOf(const World& before, const Move& move)
{
    const auto& after = move.after;
    const bool allEnds = before.phase == Phase::Stopping;
    if (before.hasAcceptor() && !after.hasAcceptor() && !move.mayEndTheLast && !allEnds)
        return "somebody accepted, and now nobody does";
    if ((before.blocked & ~after.blocked) != 0) return "a blocked release is blocked no more";
    return move.broken;
}

std::string faultOf(const World& world, const Rulebook& rules)
{
    const bool someoneLives = world.serving != None || world.candidate != None || world.standingBy != None;
    const bool oneComes = world.startDue || world.switching;
    if (world.draining > rules.mostDraining) return "more drain than may";
    if (world.over || world.phase == Phase::Stopping || world.phase == Phase::Empty) {
        if (world.over && (someoneLives || world.draining > 0)) return "Baton has left a process behind";
        if (world.over && world.code == Code::OfNobody) return "Baton ends with nobody's code";
        if (world.over && world.code == Code::OfACandidate) return "Baton ends with a candidate's code";
        if (world.phase == Phase::Stopping && !world.toldAll) return "all is to end, and nobody was told";
        if (world.phase == Phase::Empty && world.current != None) return "empty, and there is a release";
        if (world.phase == Phase::Empty && someoneLives) return "one serves, and the store is said to be empty";
        return {};
    }
    if (!someoneLives && !oneComes) return "nobody serves, and nobody is started";
    if (world.phase == Phase::Switching && !world.switching) return "nobody is waited for";
    if (world.phase == Phase::StartingOnly && world.current != None) return "the first release, after another";
    if (world.phase == Phase::StartingFirst && (world.served || world.fromDisk))
        return "the first start, and one served";
    if (world.phase == Phase::RollingBack && !world.fromDisk) return "going back, and nothing was started for that";
    if (world.phase == Phase::Restarting && world.fromDisk) return "started again, and it was another";
    if (world.phase == Phase::Resuming && !world.toldResume) return "the old one waits for a word";
    const std::set<Phase> handOff{Phase::StartingBeside, Phase::StartingAlone, Phase::ProbationBeside,
                                  Phase::ProbationAlone};
    if (handOff.count(world.phase) != 0 && world.install == None) return "a hand-off that is not recorded";
    const std::set<Phase> oldServes{Phase::Serving, Phase::StartingBeside, Phase::ProbationBeside};
    if (oldServes.count(world.phase) != 0 && world.serving == None) return "the old one was let go too early";
    if (world.phase == Phase::Serving && world.candidate != None) return "a candidate is left where none should be";
    if (world.phase == Phase::Serving && world.serving != world.current && world.current != None)
        return "what serves for good was never committed";
    const bool onProbation = world.phase == Phase::ProbationBeside || world.phase == Phase::ProbationAlone;
    if (onProbation && (world.candidate == None || !world.ready)) return "nobody is there to be on probation";
    if (world.phase == Phase::ProbationAlone && world.serving != None) return "alone, beside the one that serves";
    if (world.phase == Phase::Resuming && world.candidate != None)
        return "a candidate is left beside the one that resumes";
    if (world.phase == Phase::Resuming && world.standingBy == None) return "nobody is there to resume";
    if (world.standingBy != None && world.phase != Phase::ProbationAlone && world.phase != Phase::Resuming)
        return "one stands by for nothing";
    if (isBlocked(world, world.serving)) return "a blocked release serves";
    if (world.current != None && isBlocked(world, world.current)) return "the current release is blocked";
    if (world.serving != None && world.standingBy != None) return "one serves and one stands by";
    return {};
}

} // namespace baton::supervise::model
