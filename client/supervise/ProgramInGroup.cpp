// What a program does as a member of a group: it waits with its release, and is told when to go on or back.
#include "client/supervise/Program.h"

#include <utility>

namespace baton::supervise {

// Where nothing runs yet there is nothing to keep: a first release does not wait for others. Nor does what a person
// wants back.
void Program::installed(const store::ReleaseKey& key)
{
    ledgerChanged();
    const auto& install = ledger_.state().install;
    const bool isRollback = install && install->key == key && install->isRollback;
    if (settings_.group.empty() || handover_.phase() == Phase::Empty || isRollback) return handover_.offer(key);
    offered_ = key;
    world_.watcher.lift(number());
    world_.watcher.stands(number());
}

void Program::refused(const std::string& why)
{
    ledgerChanged();
    if (!settings_.group.empty() && !why.empty()) cameToNothing(why);
}

Stand Program::stand() const
{
    const auto phase = handover_.phase();
    if (exitCode_ || waits_ || phase == Phase::Stopping || phase == Phase::Empty || phase == Phase::StartingOnly)
        return Stand::Away;
    if (offered_) return phase == Phase::Serving && !steering_.hold() ? Stand::Offered : Stand::UnderWay;
    if (!agent_ || !agent_->isWanted()) return Stand::Nothing;
    if (news_.attempt || news_.offered) return Stand::UnderWay;
    return answered_.value_or(Stand::Unasked);
}

bool Program::isOnItsWay(const store::ReleaseKey& key) const
{
    const auto& install = ledger_.state().install;
    return install && install->key == key;
}

void Program::askForGroup()
{
    answered_.reset();
    news_.offered.reset();
    if (agent_) agent_->ring(control::AgentBell::Ask);
    world_.watcher.stands(number()); // Of one without an agent it is known.
}

void Program::beginForGroup()
{
    if (!offered_) return;
    begun_ = true;
    handover_.offer(*offered_);
}

void Program::goOn(bool forGood)
{
    if (forGood) { // First: it stands where the others find it, once it serves.
        begun_ = false;
        offered_.reset();
        answered_.reset();
        news_.attempt.reset(); // The agent hears so, too.
    }
    handover_.goOn(forGood);
}

bool Program::mayGoOn(Half half)
{
    if (!begun_) return true;
    world_.watcher.passed(number(), half);
    return false;
}

void Program::setBack(const std::string& member, const std::string& why)
{
    if (offered_) setBack(*offered_, member, why);
}

void Program::setBack(const store::ReleaseKey& key, const std::string& member, const std::string& why)
{
    isSetBack_ = true;
    goesBack_ = true;
    handover_.setBack(key, member, why);
    settleIfBack();
}

void Program::takenBack(const store::ReleaseKey& key, const std::string& why)
{
    if (settings_.group.empty() || (offered_ && *offered_ != key)) return;
    if (std::exchange(isSetBack_, false)) return; // The group wanted it.
    cameToNothing(key.version + " " + why);
}

// Its release is no more, and it is the one to blame.
void Program::cameToNothing(const std::string& why)
{
    goesBack_ = begun_;
    if (!begun_) offered_.reset();
    answered_ = Stand::Failing;
    news_.attempt.reset();
    world_.watcher.failed(number(), why);
    if (!goesBack_) world_.watcher.settled(number()); // Nothing of it had begun.
}

void Program::settleIfBack()
{
    const auto phase = handover_.phase();
    const bool isThere = phase == Phase::Serving || exitCode_ || (goesBack_ && !begun_);
    if (!goesBack_ || !isThere) return;
    goesBack_ = false;
    begun_ = false;
    offered_.reset();
    news_.attempt.reset();
    world_.watcher.settled(number());
}

void Program::generationsChanged()
{
    guard_.check(handover_.running());
    if (settings_.group.empty()) return;
    settleIfBack();
    world_.watcher.stands(number());
}

// A hold stands between what waits and its group.
void Program::steered()
{
    ledgerChanged();
    if (!settings_.group.empty()) world_.watcher.stands(number());
}

void Program::lift(const std::string& member)
{
    const auto& held = ledger_.state().setBack;
    if (!held || held->member != member) return;
    log_.info(held->key.version + " need not wait for " + member + " any more");
    ledger_.note("the end of a wait", [](store::State& state) { state.setBack.reset(); });
    answered_.reset();
    news_.offered.reset();
    ledgerChanged();
    world_.watcher.stands(number());
}

void Program::heardForGroup(const control::AgentNews& news, bool hadAttempt)
{
    using Kind = control::AgentNews::Kind;
    if (news.kind == Kind::Checked) {
        answered_.reset();
        if (news.word == "noupdate") answered_ = Stand::Nothing;
        if (news.word == "refused") answered_ = Stand::Failing;
        if (news.word == "update") answered_ = Stand::UnderWay; // Its attempt is told right after.
    }
    if (news.kind == Kind::Idle && answered_ == Stand::UnderWay) answered_.reset();
    const bool isNew = news.kind == Kind::Progress && !hadAttempt && news.word != "installed";
    // It brings another release, or runs what its server has.
    if (isNew || answered_ == Stand::Nothing) world_.watcher.lift(number());
    world_.watcher.stands(number());
}

} // namespace baton::supervise
