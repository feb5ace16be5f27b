#include "tests/supervise/HandoverStep.h"

#include "client/supervise/CrashLoop.h"
#include "client/supervise/Draining.h"

#include <utility>
#include <vector>

namespace baton::supervise::model {
namespace {

constexpr int MostTries = 3;
constexpr int MostStarts = 5;

} // namespace

Step::Step(World world, const Rulebook& rules, Trouble trouble)
    : world_(world),
      rules_(rules),
      wished_(trouble),
      trouble_(trouble)
{
}

void Step::post(Event event)
{
    queue_.push_back(event);
    while (!queue_.empty()) {
        const auto next = queue_.front();
        queue_.pop_front();
        handle(next);
    }
}

void Step::launchCurrent()
{
    if (!launch(world_.current)) post(Event::CandidateEnded);
}

void Step::hearIllness()
{
    const auto about = std::exchange(world_.asked, Asked::Nobody);
    const bool believed = about == Asked::TheCandidate || rules_.broken == Broken::BelievesAnyAnswer;
    if (!believed || world_.candidate == None) return;
    if (about != Asked::TheCandidate) broken_ = "one was ended for what another had answered";
    killCandidate();
}

void Step::withdrawCandidate()
{
    if (rules_.restart) return killCandidate();
    const auto withdrawn = Died{world_.phase, world_.candidate, false};
    post(world_.standingBy != None ? Event::WithdrawnBesideStandBy : Event::Withdrawn);
    if (world_.candidate == withdrawn.release && world_.phase == withdrawn.phase)
        broken_ = "it is withdrawn, and nothing comes of it";
    judge(withdrawn);
}

void Step::killCandidate()
{
    auto& w = world_;
    const bool isCurrent = startsTheCurrent(w.phase) || rules_.broken == Broken::PassesACandidatesCode;
    if (isCurrent) w.code = w.candidate == w.current ? Code::OfTheCurrent : Code::OfACandidate;
    const bool loops = startsTheCurrent(w.phase) && w.phase != Phase::RollingBack && counts(w);
    const auto died = Died{w.phase, w.candidate, loops};
    forgetCandidate();
    post(*eventOf({w.phase, Part::Candidate, w.standingBy != None, loops}));
    judge(died);
}

void Step::judge(const Died& died)
{
    const bool wasOnItsWay = died.phase != Phase::Stopping && !startsTheCurrent(died.phase);
    const bool isToBeBlocked = died.loops || (wasOnItsWay && died.release != world_.current);
    if (isToBeBlocked && !world_.faultIsOurs && !isBlocked(world_, died.release))
        broken_ = "it failed, and is not blocked";
}

bool Step::counts(World& w) { return ++w.crashes >= CrashesOfALoop && w.previous != None && !isBlocked(w, w.previous); }

std::optional<Rule> Step::ruleOf(Phase from, Event on) const
{
    for (const auto& rule : rules_.table)
        if (rule.from == from && rule.on == on) return rule;
    return std::nullopt;
}

void Step::forgetCandidate()
{
    world_.candidate = None;
    world_.ready = false;
    if (world_.asked == Asked::TheCandidate) world_.asked = Asked::OneThatIsGone;
}

void Step::handle(Event event)
{
    const auto rule = ruleOf(world_.phase, event);
    if (!rule) return;
    for (const auto& effect : rule->effects) {
        if (effect && !perform(*effect)) return;
        if (effect) between_.push_back(world_);
    }
    world_.phase = rule->to;
    world_.timed = rule->to != Phase::Empty && rule->to != Phase::Serving && rule->to != Phase::Switching &&
                   rule->to != Phase::Stopping && !world_.startDue;
    if (world_.phase != Phase::Serving && world_.phase != Phase::Empty) return;
    world_.fromDisk = false;
    world_.candidateKey = None;
    world_.candidateIsRollback = false;
}

bool Step::launch(Release release)
{
    if (std::exchange(trouble_, Trouble::Nothing) == Trouble::Fork) return false;
    if (isBlocked(world_, release)) broken_ = "a blocked release was started";
    if (release == None) broken_ = "nothing was started";
    if (world_.candidate != None) broken_ = "a second candidate was started";
    world_.candidate = release;
    world_.candidateKey = release;
    world_.ready = false;
    if (world_.asked == Asked::TheCandidate) world_.asked = Asked::OneThatIsGone;
    world_.faultIsOurs = false;
    return true;
}

void Step::remember(Release release, int tries)
{
    world_.install = release;
    world_.installTries = tries;
    world_.installIsRollback = world_.candidateIsRollback;
}

// A newer one, which came in mid hand-off, stays written down.
void Step::forgetInstall(Release release)
{
    if (world_.install != release) return;
    world_.install = None;
    world_.installTries = 0;
    world_.installIsRollback = false;
}

// Of too many the oldest is killed.
void Step::letGo()
{
    ++world_.draining;
    if (rules_.broken == Broken::LetsAllDrain) return;
    const auto draining = static_cast<std::size_t>(world_.draining);
    world_.draining -=
        static_cast<int>(tooMany(std::vector<bool>(draining), static_cast<std::size_t>(rules_.mostDraining)).size());
}

void Step::block(Release release)
{
    if (rules_.broken != Broken::ForgetsBlocked) world_.blocked |= 1U << static_cast<unsigned>(release);
    if (world_.pending == release) world_.pending = None;
}

bool Step::perform(Effect effect)
{
    auto& w = world_;
    switch (effect) {
    case Effect::StartCandidate: return w.phase == Phase::Switching ? startAlone() : startCandidate();
    case Effect::EndCandidate:
        forgetCandidate(); // Killed: it does not drain.
        return true;
    case Effect::LetCandidateGo:
        forgetCandidate();
        letGo();
        return true;
    case Effect::BlockCandidate:
        if (!w.faultIsOurs && w.candidateKey != None && w.candidateKey != w.current) block(w.candidateKey);
        forgetInstall(w.candidateKey);
        return true;
    case Effect::TakeOver:
        if (w.candidate == None) return true;
        if (w.serving != None) broken_ = "two are said to serve";
        w.serving = w.candidate;
        w.served = true;
        w.orphan = false; // It is told to end only now.
        forgetCandidate();
        w.asked = Asked::Nobody;
        return true;
    case Effect::DrainOld: return drainOld();
    case Effect::ResumeOld: w.toldResume = true; return true;
    case Effect::OldServes:
        w.serving = std::exchange(w.standingBy, None);
        w.toldResume = false;
        return true;
    case Effect::EndOld:
        w.toldResume = false;
        w.standingBy = None;
        letGo();
        return true;
    case Effect::TakeBack:
        if (w.previous == None) broken_ = "taken back to nothing";
        block(w.current);
        w.current = std::exchange(w.previous, None);
        w.crashes = 0;
        return true;
    case Effect::Commit: return commit();
    case Effect::StartPrevious:
        w.tries = 1;
        w.fromDisk = true;
        w.toldResume = false;
        if (w.current == None || !launch(w.current)) queue_.push_back(Event::CandidateEnded);
        return true;
    case Effect::RetryPrevious:
        if (w.tries >= MostStarts)
            queue_.push_back(Event::GaveUp);
        else
            w.startDue = true;
        ++w.tries;
        return true;
    case Effect::FailStart:
        w.code = Code::OfBaton;
        w.toldAll = true;
        forgetCandidate();
        return true;
    case Effect::Exit:
        if (w.code == Code::OfNobody) w.code = Code::OfBaton; // It could not be started: never 0.
        [[fallthrough]];
    case Effect::StopAll:
        if (effect == Effect::StopAll) w.code = codeAtTheEnd();
        w.toldAll = true;
        w.startDue = false;
        if (w.standingBy != None) letGo();
        w.standingBy = None;
        return true;
    }
    return true;
}

// Whose code it is when Baton is told to end: of the committed release where that lives.
Code Step::codeAtTheEnd()
{
    const auto& w = world_;
    if (rules_.broken == Broken::PassesACandidatesCode && w.candidate != None && w.serving != None)
        return Code::OfACandidate;
    if (w.serving != None || w.standingBy != None || w.switching) return Code::OfTheCurrent;
    if (w.candidate == None) return w.code == Code::OfNobody ? Code::OfBaton : w.code;
    return w.candidate == w.current ? Code::OfTheCurrent : Code::OfOneThatServedAlone;
}

bool Step::startCandidate()
{
    auto& w = world_;
    const int tries = w.install == w.pending ? w.installTries : 0;
    if (tries >= MostTries) {
        const auto release = std::exchange(w.pending, None);
        block(release);
        forgetInstall(release);
        return false;
    }
    if (rules_.broken == Broken::ActsBeforeItRecords && w.pending != None) {
        launch(w.pending);
        if (!recorded()) return false;
    } else if (!recorded() || !launch(w.pending)) {
        return false;
    }
    w.candidateIsRollback = w.pendingIsRollback || (tries > 0 && w.installIsRollback);
    remember(std::exchange(w.pending, None), tries + 1);
    return true;
}

bool Step::startAlone()
{
    auto& w = world_;
    remember(w.candidateKey, w.install == w.candidateKey ? w.installTries + 1 : 1);
    if (launch(w.candidateKey)) return true;
    w.faultIsOurs = true;
    queue_.push_back(Event::CandidateEnded);
    return true;
}

bool Step::drainOld()
{
    auto& w = world_;
    if (w.serving == None) return true;
    if (rules_.broken != Broken::ActsBeforeItRecords && !recorded()) return false;
    if (w.candidate != None && rules_.canStandBy)
        w.standingBy = w.serving;
    else
        letGo();
    w.switching = w.candidate == None;
    w.serving = None;
    return true;
}

bool Step::commit()
{
    auto& w = world_;
    if (w.current != None && !recorded()) return false;
    if (w.current != None && w.current != w.candidateKey && w.candidateIsRollback) {
        block(w.current);
        w.previous = None;
    } else if (w.current != w.candidateKey) {
        w.previous = w.current;
    }
    const auto before = std::exchange(w.current, w.candidateKey);
    if (w.candidateIsRollback && before != w.current && !isBlocked(w, before)) broken_ = "a person's word is forgotten";
    forgetInstall(w.candidateKey);
    w.crashes = 0;
    if (w.standingBy != None) letGo();
    w.standingBy = None;
    return true;
}
} // namespace baton::supervise::model
