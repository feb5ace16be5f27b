// A generation in a snapshot: how one supervisor writes it down, and the next one goes on with it.
#include "client/os/Passing.h"
#include "client/supervise/Generation.h"

#include <algorithm>

namespace baton::supervise {
namespace {

ListenerSet chosen(const std::vector<SharedListener>& listeners, const std::vector<int>& places)
{
    ListenerSet set;
    for (const int place : places) set.add(listeners.at(static_cast<std::size_t>(place)));
    return set;
}

} // namespace

Generation::Generation(const GenerationWorld& world, const GenerationState& state,
                       const std::vector<SharedListener>& listeners)
    : world_(world),
      release_(store::parseRelease(state.release)),
      number_(state.number),
      listeners_(chosen(listeners, state.listeners)),
      executable_(state.executable),
      notifySocket_(openNotifySocket(os::received(state.notifySocket))),
      channel_(
          world.loop, state.channel, [this] { saysResumed(); }, [this] { world_.stored.awaited(); }),
      child_(world.loop, os::Child::adopt(state.pid, os::received(state.pidfd)), [this] { ended(); }),
      started_(state.started),
      drainedSince_(state.drainedSince),
      saidReady_(state.saidReady),
      ready_(state.ready),
      standsBy_(state.standsBy),
      account_(state.account),
      watchdog_(world.loop, world.settings.watchdog, [this] { failWatchdog(watchdog_.interval()); }),
      ending_(world.loop)
{
    restore(state);
}

// Questions that were under way are asked anew.
void Generation::restore(const GenerationState& state)
{
    oomKillsBefore_ = state.oomKills;
    drainsUntil_ = state.drainsUntil;
    killed_ = state.killed;
    owesTerm_ = state.owesTerm;
    if (state.heir) child_.restore(*state.heir);
    watchdog_.restore(state.watchdog);
    if (state.killedAt) ending_.resume(*state.killedAt, [this] { cut(); });
    if (state.healthFailures) watchHealth(*state.healthFailures);
    if (state.delay)
        delay_ = world_.loop.at(*state.delay, [this] { becameReady(); });
    else if (!ready_)
        askForReadiness();
}

GenerationState Generation::save(const std::vector<SharedListener>& listeners) const
{
    GenerationState state;
    state.number = number_;
    state.release = print(release_);
    state.executable = executable_;
    for (const auto& listener : listeners_.all())
        state.listeners.push_back(
            static_cast<int>(std::find(listeners.begin(), listeners.end(), listener) - listeners.begin()));
    state.notifySocket = notifySocket_->descriptor();
    state.channel = channel_.save();
    child_.save(state);
    state.started = started_;
    state.drainedSince = drainedSince_;
    state.saidReady = saidReady_;
    state.ready = ready_;
    state.standsBy = standsBy_;
    state.delay = delay_.due();
    if (health_) state.healthFailures = health_->failures();
    state.account = account_.save();
    state.watchdog = watchdog_.save();
    state.killedAt = ending_.due();
    state.killed = killed_;
    state.owesTerm = owesTerm_;
    state.oomKills = oomKillsBefore_;
    state.drainsUntil = drainsUntil_;
    return state;
}

} // namespace baton::supervise
