#include "tests/supervise/HandoverModel.h"

#include "client/supervise/CrashLoop.h"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::supervise::model {
namespace {

constexpr int MostTries = 3;
constexpr int MostStarts = 5;
constexpr int MostDraining = 4;

bool isBlocked(const World& world, Release release) { return release != None && (world.blocked >> release & 1U) != 0; }

// What goes wrong in one step, beside the event itself.
enum class Trouble { Nothing, Disk, Fork };

// One step of the machine, done to a world: Machine::step and what Handover does for each effect.
class Step {
public:
    Step(World world, const Rulebook& rules, Trouble trouble) : world_(world), rules_(rules), trouble_(trouble) {}

    void post(Event event)
    {
        queue_.push_back(event);
        while (!queue_.empty()) {
            const auto next = queue_.front();
            queue_.pop_front();
            handle(next);
        }
    }

    void launchCurrent()
    {
        if (!launch(world_.current)) post(Event::CandidateEnded);
    }

    World world_;
    std::string broken_;

private:
    void handle(Event event)
    {
        const auto rule = ruleFor(world_.phase, event);
        if (!rule) return;
        for (const auto& effect : rule->effects)
            if (effect && !perform(*effect)) return;
        world_.phase = rule->to;
        world_.timed = rule->to != Phase::Empty && rule->to != Phase::Serving && rule->to != Phase::Switching &&
                       rule->to != Phase::Stopping;
        if (world_.phase != Phase::Serving && world_.phase != Phase::Empty) return;
        world_.candidateKey = None;
        world_.candidateIsRollback = false;
    }

    bool launch(Release release)
    {
        if (std::exchange(trouble_, Trouble::Nothing) == Trouble::Fork) return false;
        if (isBlocked(world_, release)) broken_ = "a blocked release was started";
        if (world_.candidate != None) broken_ = "a second candidate was started";
        world_.candidate = release;
        world_.candidateKey = release;
        world_.ready = false;
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

    void forgetInstall()
    {
        world_.install = None;
        world_.installTries = 0;
        world_.installIsRollback = false;
    }

    void letGo() { world_.draining = std::min(world_.draining + 1, MostDraining); }

    void block(Release release)
    {
        world_.blocked |= 1U << static_cast<unsigned>(release);
        if (world_.pending == release) world_.pending = None;
    }

    bool perform(Effect effect)
    {
        auto& w = world_;
        switch (effect) {
        case Effect::StartCandidate: return w.phase == Phase::Switching ? startAlone() : startCandidate();
        case Effect::EndCandidate:
            if (w.candidate != None) letGo();
            w.candidate = None;
            return true;
        case Effect::BlockCandidate:
            if (!w.faultIsOurs && w.candidateKey != None && w.candidateKey != w.current) block(w.candidateKey);
            forgetInstall();
            return true;
        case Effect::TakeOver:
            if (w.candidate != None) w.serving = std::exchange(w.candidate, None);
            return true;
        case Effect::DrainOld: return drainOld();
        case Effect::ResumeOld: return true;
        case Effect::OldServes: w.serving = std::exchange(w.standingBy, None); return true;
        case Effect::EndOld:
            w.standingBy = None;
            letGo();
            return true;
        case Effect::TakeBack:
            block(w.current);
            w.current = std::exchange(w.previous, None);
            w.crashes = 0;
            return true;
        case Effect::Commit: return commit();
        case Effect::StartPrevious:
            w.tries = 1;
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
            w.candidate = None;
            letGo();
            return true;
        case Effect::Exit:
            if (w.code == Code::OfNobody) w.code = Code::OfBaton; // It could not be started: never 0.
            [[fallthrough]];
        case Effect::StopAll:
            if (effect == Effect::StopAll) w.code = codeAtTheEnd();
            w.startDue = false;
            if (w.standingBy != None) letGo();
            w.standingBy = None;
            return true;
        }
        return true;
    }

    // Whose code it is when Baton is told to end: of the committed release where that lives.
    Code codeAtTheEnd() const
    {
        const auto& w = world_;
        if (w.serving != None || w.standingBy != None || w.switching) return Code::OfTheCurrent;
        if (w.candidate == None) return w.code == Code::OfNobody ? Code::OfBaton : w.code;
        return w.candidate == w.current ? Code::OfTheCurrent : Code::OfOneThatServedAlone;
    }

    bool startCandidate()
    {
        auto& w = world_;
        const int tries = w.install == w.pending ? w.installTries : 0;
        if (tries >= MostTries) {
            block(w.pending);
            w.pending = None;
            forgetInstall();
            return false;
        }
        if (!recorded() || !launch(w.pending)) return false;
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
        if (!recorded()) return false;
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
        if (w.current != None && w.current != w.candidateKey && w.installIsRollback) {
            block(w.current);
            w.previous = None;
        } else if (w.current != w.candidateKey) {
            w.previous = w.current;
        }
        w.current = w.candidateKey;
        forgetInstall();
        w.crashes = 0;
        if (w.standingBy != None) letGo();
        w.standingBy = None;
        return true;
    }

    const Rulebook& rules_;
    Trouble trouble_;
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

    void add(const std::string& name, const std::function<void(Step&)>& happens, bool isFault = false,
             Trouble trouble = Trouble::Nothing)
    {
        Step step(world_, rules_, trouble);
        if (isFault) --step.world_.faultsLeft;
        happens(step);
        moves_.push_back({name, isFault, step.world_, step.broken_});
    }

    // With each kind of trouble that the step may meet, too.
    void addTroubled(const std::string& name, const std::function<void(Step&)>& happens)
    {
        add(name, happens);
        if (world_.faultsLeft == 0) return;
        add(name + " while the disk is full", happens, true, Trouble::Disk);
        add(name + " while no process can be had", happens, true, Trouble::Fork);
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
        if (waitsForOffer() && world_.pending != None) addTroubled("its hand-over begins", beginHandOver());
        if (waitsForReadiness() && world_.candidate != None && !world_.ready)
            add("the candidate is ready", [](Step& step) {
                step.world_.ready = true;
                step.post(Event::Ready);
            });
        if (world_.timed) addTroubled("the time is over", [](Step& step) { step.post(Event::Deadline); });
        if (world_.startDue)
            addTroubled("the pause is over", [](Step& step) {
                step.world_.startDue = false;
                step.launchCurrent();
            });
        if (world_.phase == Phase::Resuming)
            add("the old one accepts again", [](Step& step) { step.post(Event::Resumed); });
        if (world_.switching && world_.draining > 0)
            addTroubled("the old one has left", [](Step& step) {
                --step.world_.draining;
                step.world_.switching = false;
                if (const auto event = eventOf({step.world_.phase, Part::Switching})) step.post(*event);
            });
        else if (world_.draining > 0)
            add("one that drains has left", [](Step& step) { --step.world_.draining; });
        add("Baton is told to end", [](Step& step) { step.post(Event::Stop); });
    }

    // What is asked on the control socket.
    void people()
    {
        add("a person wants a restart", [](Step& step) {
            auto& w = step.world_;
            --w.offersLeft;
            w.pending = w.current;
            w.pendingIsRollback = false;
        });
        const bool isInHandOff = world_.candidate != None && !startsTheCurrent(world_.phase);
        if (isInHandOff)
            add("a person takes the candidate back", [this](Step& step) {
                --step.world_.offersLeft;
                candidateDies()(step);
            });
        else if (world_.previous != None && !isBlocked(world_, world_.previous))
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
        if (world_.candidate != None) add("the candidate dies", candidateDies(), true);
        if (world_.serving != None) add("the one that serves dies", servingDies(), true);
        if (world_.standingBy != None)
            add(
                "the one that stands by dies",
                [](Step& step) {
                    step.world_.standingBy = None;
                    if (const auto event = eventOf({step.world_.phase, Part::StandingBy})) step.post(*event);
                },
                true);
        add(
            "Baton is killed and started again", [](Step& step) { restartBaton(step); }, true);
    }

    // Whether it was one crash too many.
    static bool counts(World& w)
    {
        if (++w.crashes < CrashesOfALoop || w.previous == None || isBlocked(w, w.previous)) return false;
        return true;
    }

    std::function<void(Step&)> candidateDies() const
    {
        return [](Step& step) {
            auto& w = step.world_;
            const bool isCurrent = startsTheCurrent(w.phase);
            if (isCurrent) w.code = Code::OfTheCurrent;
            const bool loops = isCurrent && w.phase != Phase::RollingBack && counts(w);
            w.candidate = None;
            step.post(*eventOf({w.phase, Part::Candidate, w.standingBy != None, loops}));
        };
    }

    std::function<void(Step&)> servingDies() const
    {
        const bool wanted = rules_.again;
        return [wanted](Step& step) {
            auto& w = step.world_;
            w.code = Code::OfTheCurrent;
            const bool loops = w.phase == Phase::Serving && counts(w);
            w.serving = None;
            step.post(*eventOf({w.phase, Part::Serving, false, loops, wanted && w.phase == Phase::Serving}));
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
        if (w.current == None) return;
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

std::string faultOf(const World& world)
{
    const bool someoneLives = world.serving != None || world.candidate != None || world.standingBy != None;
    const bool oneComes = world.startDue || world.switching;
    if (world.over || world.phase == Phase::Stopping || world.phase == Phase::Empty) {
        if (world.over && (someoneLives || world.draining > 0)) return "Baton has left a process behind";
        if (world.over && world.code == Code::OfNobody) return "Baton ends with nobody's code";
        return {};
    }
    if (!someoneLives && !oneComes) return "nobody serves, and nobody is started";
    const std::set<Phase> oldServes{Phase::Serving, Phase::StartingBeside, Phase::ProbationBeside};
    if (oldServes.count(world.phase) != 0 && world.serving == None) return "the old one was let go too early";
    if (world.phase == Phase::ProbationAlone && world.candidate == None) return "a dead candidate is on probation";
    if (world.phase == Phase::Resuming && world.standingBy == None) return "nobody is there to resume";
    if (isBlocked(world, world.serving)) return "a blocked release serves";
    if (world.current != None && isBlocked(world, world.current)) return "the current release is blocked";
    if (world.serving != None && world.standingBy != None) return "one serves and one stands by";
    return {};
}

} // namespace baton::supervise::model
