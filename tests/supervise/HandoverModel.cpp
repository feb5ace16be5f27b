#include "tests/supervise/HandoverModel.h"

#include "tests/supervise/HandoverStep.h"

#include <algorithm>
#include <utility>

namespace baton::supervise::model {
namespace {

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
        bool isWish = false;
    };

    void add(const std::string& name, const std::function<void(Step&)>& happens, Kind kind)
    {
        Step step(world_, rules_, kind.trouble);
        if (kind.isFault) --step.world_.faultsLeft;
        happens(step);
        // By restart the old one leaves before the next one starts: that is what was asked for.
        const bool mayEndTheLast = kind.endsSomebody || rules_.restart;
        moves_.push_back({name, kind.isFault, kind.isWish, mayEndTheLast, step.world_, step.broken_});
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
            add("a release is installed",
                [this](Step& step) {
                    auto& w = step.world_;
                    w.pending = rules_.offers - w.offersLeft + 1;
                    w.pendingIsRollback = false;
                    --w.offersLeft;
                    w.install = w.pending;
                    w.installTries = 0;
                    w.installIsRollback = false;
                },
                {false, false, Trouble::Nothing, true});
        if (world_.offersLeft > 0 && world_.current != None) people();
        if (isInHandOff()) // Once for each candidate: it needs no limit of its own.
            add("the candidate is taken back by a person", [](Step& step) { step.withdrawCandidate(); },
                {false, world_.serving == None, Trouble::Nothing, true});
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
                step.world_.timed = true;
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
        add("a person wants a restart",
            [](Step& step) {
                auto& w = step.world_;
                --w.offersLeft;
                w.pending = w.current;
                w.pendingIsRollback = false;
            },
            {false, false, Trouble::Nothing, true});
        if (!isInHandOff() && world_.previous != None && !isBlocked(world_, world_.previous))
            add("a person wants to go back",
                [](Step& step) {
                    auto& w = step.world_;
                    --w.offersLeft;
                    w.pending = w.previous;
                    w.pendingIsRollback = true;
                },
                {false, false, Trouble::Nothing, true});
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

    // All were told to end, and do. A Baton that is killed meanwhile finds nobody who still accepts.
    void stopping()
    {
        if (world_.faultsLeft > 0)
            add("Baton is killed while all end, and started again",
                [](Step& step) {
                    restartBaton(step);
                    step.world_.orphan = false;
                },
                {true, true});
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

} // namespace baton::supervise::model
