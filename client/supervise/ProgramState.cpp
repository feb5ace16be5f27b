// A program in a snapshot: how one supervisor writes it down, and the next one goes on with it.
#include "client/os/Passing.h"
#include "client/supervise/Environment.h"
#include "client/supervise/HandoverKeys.h"
#include "client/supervise/Program.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace baton::supervise {
namespace {

ListenerState saved(const Listener& listener)
{
    const auto address = listener.address ? listener.name + '=' + print(*listener.address) : std::string();
    return {listener.name,    listener.socket.get(), address,
            listener.listens, listener.borrowed,     ListenerGuard::save(listener)};
}

SharedListener restored(const ListenerState& state)
{
    auto listener = std::make_shared<Listener>();
    listener->name = state.name;
    listener->socket = os::received(state.socket);
    if (!state.address.empty()) listener->address = os::parseListenAddress(state.address);
    listener->listens = state.listens;
    listener->borrowed = state.borrowed;
    return listener;
}

std::vector<os::ListenAddress> addressesOf(const std::vector<std::string>& texts)
{
    std::vector<os::ListenAddress> addresses;
    for (const auto& text : texts) addresses.push_back(os::parseListenAddress(text));
    return addresses;
}

std::vector<store::GenerationRecord> recordsOf(const ProgramState& state, const Ledger& ledger)
{
    auto records = ledger.state().generations;
    std::erase_if(records, [&](const auto& record) {
        return std::none_of(state.orphans.begin(), state.orphans.end(),
                            [&](const auto& orphan) { return orphan.number == record.number; });
    });
    return records;
}

// It is for people alone: what another version wrote is left out rather than believed.
control::Status newsOf(const std::string& text)
try {
    return control::parseStatus(text);
} catch (const std::exception&) {
    return {};
}

} // namespace

std::vector<SharedListener> Program::allListeners() const
{
    auto all = listeners_.all();
    handover_.collectListeners(all);
    return all;
}

ProgramState Program::save() const
{
    ProgramState state;
    const auto listeners = allListeners();
    state.name = name();
    state.waits = waits_;
    state.ledger = store::print(ledger_.state());
    state.news = print(news_);
    for (const auto& listener : listeners) state.listeners.push_back(saved(*listener));
    for (std::size_t i = 0; i < listeners_.all().size(); ++i) state.passed.push_back(static_cast<int>(i));
    state.orphans = orphans_.save();
    state.handover = handover_.save(listeners);
    state.reloadChanged = reload_.last().changed;
    state.reloadRefused = reload_.last().refused;
    state.reloadError = reload_.last().error;
    state.reloads = reload_.isBusy();
    state.prepares = preparation_.isBusy();
    state.stagers = preparation_.stagers();
    state.exitCode = exitCode_;
    state.offered = textOf(offered_);
    state.answered = answered_;
    state.begun = begun_;
    state.goesBack = goesBack_;
    state.isSetBack = isSetBack_;
    state.wanted.emplace();
    for (const auto& address : wanted_) state.wanted->push_back(address.name + '=' + print(address));
    return state;
}

Program::Program(const ProgramWorld& world, const Settings& settings, const ProgramState& state)
    : world_(world),
      settings_(settings),
      log_(world.log, settings.name),
      store_(settings.stateDirectory),
      ledger_(store_, world.clock, log_, store::parseState(state.ledger)),
      orphans_(
          world.loop, log_, recordsOf(state, ledger_), [this](int generation) { forgetOrphan(generation); },
          Orphans::Known::Yes),
      wanted_(state.wanted ? addressesOf(*state.wanted) : settings.listeners),
      guard_(
          world.loop, log_, listeners_, [this](const std::string& what) { handover_.accuse(what); },
          [this] { handover_.renew(); }),
      reload_(world.loop, log_, settings_, {listeners_, guard_, wanted_, [this] { return allListeners(); }}),
      handover_(world.loop, log_, settings_, store_, listeners_, ledger_, orphans_, world.manager, *this),
      preparation_(
          world.loop, log_, settings_, store_, ledger_, [this](const store::ReleaseKey& key) { installed(key); },
          [this](const std::string& why) { refused(why); }),
      steering_(ledger_, world.clock, log_, [this] { steered(); }),
      news_(newsOf(state.news)),
      offered_(keyFromText(state.offered)),
      answered_(state.answered),
      begun_(state.begun),
      goesBack_(state.goesBack),
      isSetBack_(state.isSetBack),
      waits_(state.waits),
      exitCode_(state.exitCode)
{
    std::vector<SharedListener> listeners;
    for (const auto& one : state.listeners) {
        listeners.push_back(restored(one));
        if (one.care) guard_.restore(*listeners.back(), *one.care);
    }
    for (const int place : state.passed) listeners_.add(listeners.at(static_cast<std::size_t>(place)));
    orphans_.restore(state.orphans);
    handover_.restore(state.handover, listeners);
}

std::filesystem::path Program::currentExecutable() const
{
    const auto& current = ledger_.state().current;
    const auto release = current ? store_.loadRelease(*current) : std::nullopt;
    if (!release) return {};
    return executableOf(settings_.command, *release, store_.releaseDirectory(*current));
}

void Program::resume(const ProgramState& state)
{
    for (const auto& orphan : state.orphans)
        if (!orphans_.has(orphan.number)) forgetOrphan(orphan.number); // It went while nobody looked.
    if (exitCode_) return letGo();
    guard_.check(handover_.running()); // Of what was harmed or lost meanwhile nobody heard.
    reload_.restore({state.reloadError, state.reloadChanged, state.reloadRefused}, state.reloads);
    if (waits_ || agent_) return;
    startAgent();
    if (state.prepares) preparation_.resume(state.stagers);
}

} // namespace baton::supervise
