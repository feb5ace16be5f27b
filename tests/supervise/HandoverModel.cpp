#include "tests/supervise/HandoverModel.h"

#include "client/supervise/CrashLoop.h"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::supervise::model {
namespace {

constexpr int MostTries = 3;
constexpr int MostStarts = 5;

bool isBlocked(const World& world, Release release) { return release != None && (world.blocked >> release & 1U) != 0; }

// What goes wrong in one step, beside the event itself.
enum class Trouble { Nothing, Disk, Fork };

// One step of the machine, done to a world: Machine::step and what Handover does for each effect.
class Step {
public:
    Step(World world, const Rulebook& rules, Trouble trouble)
        : world_(world),
          rules_(rules),
          wished_(trouble),
          trouble_(trouble)
    {
    }

    void post(Event event)
    {
        queue_.push_back(event);
        while (!queue_.empty()) {
            const auto next = queue_.front();
            queue_.pop_front();
            handle(next);
        }
    }

    /// Whether that was met.
    bool met(Trouble trouble) const { return wished_ == trouble && trouble_ == Trouble::Nothing; }

    bool isByRestart() const { return rules_.restart; }

    void launchCurrent()
    {
        if (!launch(world_.current)) post(Event::CandidateEnded);
    }

    // The answer to a health question: that whoever was asked is not well.
    void hearIllness()
    {
        const auto about = std::exchange(world_.asked, Asked::Nobody);
        const bool believed = about == Asked::TheCandidate || rules_.broken == Broken::BelievesAnyAnswer;
        if (!believed || world_.candidate == None) return;
        if (about != Asked::TheCandidate) broken_ = "one was ended for what another had answered";
        killCandidate();
    }

    // By restart its end comes first, and does the rest.
    void withdrawCandidate()
    {
        if (rules_.restart) return killCandidate();
        const auto withdrawn = Died{world_.phase, world_.candidate, false};
        post(world_.standingBy != None ? Event::WithdrawnBesideStandBy : Event::Withdrawn);
        if (world_.candidate == withdrawn.release && world_.phase == withdrawn.phase)
            broken_ = "it is withdrawn, and nothing comes of it";
        judge(withdrawn);
    }

    // Its end, for whatever reason: whose code that is, and what the machine hears.
    void killCandidate()
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

    // Whoever failed on its way in, or again and again after it, is blocked.
    struct Died {
        Phase phase;
        Release release;
        bool loops;
    };
    void judge(const Died& died)
    {
        const bool wasOnItsWay = died.phase != Phase::Stopping && !startsTheCurrent(died.phase);
        const bool isToBeBlocked = died.loops || (wasOnItsWay && died.release != world_.current);
        if (isToBeBlocked && !world_.faultIsOurs && !isBlocked(world_, died.release))
            broken_ = "it failed, and is not blocked";
    }

    // Whether it was one crash too many.
    static bool counts(World& w)
    {
        return ++w.crashes >= CrashesOfALoop && w.previous != None && !isBlocked(w, w.previous);
    }

    World world_;
    std::string broken_;
    std::vector<World> between_; // after each effect: Baton may be killed there, too

private:
    std::optional<Rule> ruleOf(Phase from, Event on) const
    {
        for (const auto& rule : rules_.table)
            if (rule.from == from && rule.on == on) return rule;
        return std::nullopt;
    }

    void forgetCandidate()
    {
        world_.candidate = None;
        world_.ready = false;
        if (world_.asked == Asked::TheCandidate) world_.asked = Asked::OneThatIsGone;
    }

    void handle(Event event)
    {
        const auto rule = ruleOf(world_.phase, event);
        if (!rule) return;
        for (const auto& effect : rule->effects) {
            if (effect && !perform(*effect)) return;
            if (effect) between_.push_back(world_);
        }
        world_.phase = rule->to;
        world_.timed = rule->to != Phase::Empty && rule->to != Phase::Serving && rule->to != Phase::Switching &&
                       rule->to != Phase::Stopping;
        if (world_.phase != Phase::Serving && world_.phase != Phase::Empty) return;
        world_.fromDisk = false;
        world_.candidateKey = None;
        world_.candidateIsRollback = false;
    }

    bool launch(Release release)
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

    bool recorded() { return std::exchange(trouble_, Trouble::Nothing) != Trouble::Disk; }

    void remember(Release release, int tries)
    {
        world_.install = release;
        world_.installTries = tries;
        world_.installIsRollback = world_.candidateIsRollback;
    }

    // A newer one, which came in mid hand-off, stays written down.
    void forgetInstall(Release release)
    {
        if (world_.install != release) return;
        world_.install = None;
        world_.installTries = 0;
        world_.installIsRollback = false;
    }

    // Of too many the oldest is killed.
    void letGo()
    {
        ++world_.draining;
        if (rules_.broken != Broken::LetsAllDrain) world_.draining = std::min(world_.draining, rules_.mostDraining);
    }

    void block(Release release)
    {
        if (rules_.broken != Broken::ForgetsBlocked) world_.blocked |= 1U << static_cast<unsigned>(release);
        if (world_.pending == release) world_.pending = None;
    }

    bool perform(Effect effect)
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
    Code codeAtTheEnd()
    {
        const auto& w = world_;
        if (rules_.broken == Broken::PassesACandidatesCode && w.candidate != None && w.serving != None)
            return Code::OfACandidate;
        if (w.serving != None || w.standingBy != None || w.switching) return Code::OfTheCurrent;
        if (w.candidate == None) return w.code == Code::OfNobody ? Code::OfBaton : w.code;
        return w.candidate == w.current ? Code::OfTheCurrent : Code::OfOneThatServedAlone;
    }

    bool startCandidate()
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

    bool startAlone()
    {
        auto& w = world_;
        remember(w.candidateKey, w.install == w.candidateKey ? w.installTries + 1 : 1);
        if (launch(w.candidateKey)) return true;
        w.faultIsOurs = true;
        queue_.push_back(Event::CandidateEnded);
        return true;
    }

    bool drainOld()
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

    bool commit()
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
        if (w.candidateIsRollback && before != w.current && !isBlocked(w, before))
            broken_ = "a person's word is forgotten";
        forgetInstall(w.candidateKey);
        w.crashes = 0;
        if (w.standingBy != None) letGo();
        w.standingBy = None;
        return true;
    }

    const Rulebook& rules_;
    Trouble wished_;
    Trouble trouble_; // what is still to come
    std::deque<Event> queue_;
};

class Moves {
public:
    Moves(const World& world, const Rulebook& rules) : world_(world), rules_(rules) {}

    std::vector<Move> all()
    {
        if (world_.over) return {};
        if (world_.phase == Phase::Stopping) {
            stopping();
            return moves_;
        }
        ordinary();
        if (world_.faultsLeft > 0) faults();
        return moves_;
    }

private:
    bool waitsForOffer() const { return world_.phase == Phase::Serving || world_.phase == Phase::Empty; }

    bool waitsForReadiness() const
    {
        return world_.timed && world_.phase != Phase::ProbationBeside && world_.phase != Phase::ProbationAlone &&
               world_.phase != Phase::Resuming;
    }

    struct Kind {
        bool isFault = false;
        bool endsSomebody = false; // one dies by itself, or all are told to end
        Trouble trouble = Trouble::Nothing;
        bool isEnd = false;
    };

    void add(const std::string& name, const std::function<void(Step&)>& happens, Kind kind)
    {
        Step step(world_, rules_, kind.trouble);
        if (kind.isFault) --step.world_.faultsLeft;
        happens(step);
        // By restart the old one leaves before the next one starts: that is what was asked for.
        const bool mayEndTheLast = kind.endsSomebody || rules_.restart;
        moves_.push_back({name, kind.isFault, kind.isEnd, mayEndTheLast, step.world_, step.broken_});
        if (step.world_.faultsLeft == 0 || world_.phase == Phase::Stopping) return;
        for (auto between : step.between_) {
            Step next(between, rules_, Trouble::Nothing);
            --next.world_.faultsLeft;
            restartBaton(next);
            moves_.push_back(
                {name + ", and Baton is killed in the middle of it", true, false, true, next.world_, next.broken_});
        }
    }
    void add(const std::string& name, const std::function<void(Step&)>& happens) { add(name, happens, Kind()); }

    // With each kind of trouble that the step may meet, too.
    void addTroubled(const std::string& name, const std::function<void(Step&)>& happens)
    {
        add(name, happens);
        if (world_.faultsLeft == 0) return;
        add(name + " while the disk is full", happens, {true, false, Trouble::Disk});
        add(name + " while no process can be had", happens, {true, true, Trouble::Fork});
    }

    void ordinary()
    {
        if (world_.offersLeft > 0)
            add("a release is installed", [this](Step& step) {
                auto& w = step.world_;
                w.pending = rules_.offers - w.offersLeft + 1;
                w.pendingIsRollback = false;
                --w.offersLeft;
                w.install = w.pending;
                w.installTries = 0;
                w.installIsRollback = false;
            });
        if (world_.offersLeft > 0 && world_.current != None) people();
        if (isInHandOff()) // Once for each candidate: it needs no limit of its own.
            add("the candidate is taken back by a person", [](Step& step) { step.withdrawCandidate(); },
                {false, world_.serving == None});
        if (waitsForOffer() && world_.pending != None) addTroubled("its hand-over begins", beginHandOver());
        if (waitsForReadiness() && world_.candidate != None && !world_.ready)
            add("the candidate is ready", [](Step& step) {
                step.world_.ready = true;
                step.post(Event::Ready);
            });
        if (world_.timed) addTroubled("the time is over", [this](Step& step) { timeIsOver(step); });
        if (world_.startDue)
            addTroubled("the pause is over", [](Step& step) {
                step.world_.startDue = false;
                step.launchCurrent();
            });
        if (world_.phase == Phase::Resuming)
            add("the old one accepts again", [](Step& step) {
                if (!step.world_.toldResume) step.broken_ = "it accepts again, and nobody told it to";
                step.post(Event::Resumed);
                if (step.world_.phase != Phase::Serving) step.broken_ = "it accepts again, and nobody heeds that";
            });
        if (world_.switching && world_.draining > 0)
            addTroubled("the old one has left", [](Step& step) {
                --step.world_.draining;
                step.world_.switching = false;
                if (const auto event = eventOf({step.world_.phase, Part::Switching})) step.post(*event);
            });
        else if (world_.draining > 0)
            add("one that drains has left", [](Step& step) { --step.world_.draining; });
        questions();
        add("Baton is told to end",
            [](Step& step) {
                step.post(Event::Stop);
                if (step.world_.phase != Phase::Stopping) step.broken_ = "it does not end when it is told to";
            },
            {false, true, Trouble::Nothing, true});
    }

    // Something comes of it, unless it could not be written down; who was not ready in time has failed.
    void timeIsOver(Step& step) const
    {
        const auto late = Step::Died{world_.phase, world_.candidate, false};
        step.post(Event::Deadline);
        if (step.world_ == world_ && !step.met(Trouble::Disk))
            step.broken_ = "its time is over, and nothing comes of it";
        if (late.release != None && !world_.ready) step.judge(late);
    }

    bool isOnTrial() const
    {
        return world_.candidate != None && world_.ready && !startsTheCurrent(world_.phase) &&
               world_.phase != Phase::StartingOnly;
    }

    // Health is asked of the candidate alone; the answer may come when that one is long gone.
    void questions()
    {
        if (isOnTrial() && world_.asked == Asked::Nobody)
            add("the candidate is asked how it is", [](Step& step) { step.world_.asked = Asked::TheCandidate; });
        if (world_.asked == Asked::Nobody) return;
        add("the one that was asked is well", [](Step& step) { step.world_.asked = Asked::Nobody; });
        if (world_.faultsLeft > 0)
            add("the one that was asked is not well", [](Step& step) { step.hearIllness(); }, {true, true});
    }

    bool isInHandOff() const { return world_.candidate != None && !startsTheCurrent(world_.phase); }

    // What is asked on the control socket.
    void people()
    {
        add("a person wants a restart", [](Step& step) {
            auto& w = step.world_;
            --w.offersLeft;
            w.pending = w.current;
            w.pendingIsRollback = false;
        });
        if (!isInHandOff() && world_.previous != None && !isBlocked(world_, world_.previous))
            add("a person wants to go back", [](Step& step) {
                auto& w = step.world_;
                --w.offersLeft;
                w.pending = w.previous;
                w.pendingIsRollback = true;
            });
    }

    std::function<void(Step&)> beginHandOver() const
    {
        const bool beside = !rules_.restart || world_.phase == Phase::Empty;
        return [beside](Step& step) {
            auto& w = step.world_;
            if (beside) return step.post(Event::OfferBeside);
            w.candidateKey = w.pending;
            w.candidateIsRollback = w.pendingIsRollback;
            step.post(Event::OfferRestart);
            if (w.phase != Phase::Serving) w.pending = None;
        };
    }

    void faults()
    {
        if (world_.candidate != None) add("the candidate dies", [](Step& step) { step.killCandidate(); }, {true, true});
        if (world_.serving != None) add("the one that serves dies", servingDies(), {true, true});
        if (world_.orphan) add("the orphan dies", [](Step& step) { step.world_.orphan = false; }, {true, true});
        if (world_.standingBy != None)
            add("the one that stands by dies",
                [](Step& step) {
                    step.world_.standingBy = None;
                    if (const auto event = eventOf({step.world_.phase, Part::StandingBy})) step.post(*event);
                },
                {true, true});
        add("Baton is killed and started again", [](Step& step) { restartBaton(step); }, {true, false});
    }

    std::function<void(Step&)> servingDies() const
    {
        const bool wanted = rules_.again;
        return [wanted](Step& step) {
            auto& w = step.world_;
            w.code = Code::OfTheCurrent;
            const bool loops = w.phase == Phase::Serving && Step::counts(w);
            const auto died = Step::Died{w.phase, loops ? w.serving : None, loops};
            w.serving = None;
            step.post(*eventOf({w.phase, Part::Serving, false, loops, wanted && w.phase == Phase::Serving}));
            if (loops) step.judge(died);
        };
    }

    // The next Baton finds what is on disk, and ends what still runs.
    static void restartBaton(Step& step)
    {
        auto& w = step.world_;
        const World before = w;
        w = {};
        w.current = before.current;
        w.previous = before.previous;
        w.blocked = before.blocked;
        w.crashes = before.crashes;
        w.offersLeft = before.offersLeft;
        w.faultsLeft = before.faultsLeft;
        w.install = before.install;
        w.installTries = before.installTries;
        w.installIsRollback = before.installIsRollback;
        w.pending = before.install;
        w.asked = before.asked == Asked::Nobody ? Asked::Nobody : Asked::OneThatIsGone;
        if (w.current == None) return;
        w.orphan = before.hasAcceptor() && !step.isByRestart(); // Else it is waited for first.
        w.phase = Phase::StartingFirst;
        w.timed = true;
        step.launchCurrent();
    }

    // All were told to end, and do.
    void stopping()
    {
        const auto ends = [this](const char* name, Release World::*whose) {
            if (world_.*whose == None) return;
            add(name, [whose](Step& step) { step.world_.*whose = None; });
        };
        ends("the one that serves ends", &World::serving);
        ends("the candidate ends", &World::candidate);
        if (world_.draining > 0) add("one that drains ends", [](Step& step) { --step.world_.draining; });
        if (world_.serving == None && world_.candidate == None && world_.draining == 0)
            add("Baton ends", [](Step& step) { step.world_.over = true; });
    }

    const World& world_;
    const Rulebook& rules_;
    std::vector<Move> moves_;
};

} // namespace

World worldAtTheStart(const Rulebook& rules)
{
    World world;
    world.offersLeft = rules.offers;
    world.faultsLeft = rules.faults;
    if (rules.startsEmpty) return world;
    world.phase = Phase::StartingFirst;
    world.timed = true;
    world.current = 0;
    world.candidate = 0;
    world.candidateKey = 0;
    world.crashes = rules.crashesBefore;
    if (rules.crashesBefore > 0) world.previous = rules.offers + 1;
    return world;
}

std::vector<Move> movesFrom(const World& world, const Rulebook& rules) { return Moves(world, rules).all(); }

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
