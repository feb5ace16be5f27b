#include "client/supervise/InheritedListeners.h"

#include "client/supervise/CannotStart.h"

#include <algorithm>
#include <utility>

namespace baton::supervise {
namespace {

constexpr int Usage = 64; // EX_USAGE

} // namespace

// One name, two programs: nobody could say whose it is.
InheritedListeners::InheritedListeners(const SupervisorSettings& settings, Log& log)
    : log_(log),
      listeners_(ListenerSet::fromEnvironment())
{
    for (const auto& listener : listeners_.all()) {
        const auto wants = [&](const Settings& program) {
            return std::any_of(program.listeners.begin(), program.listeners.end(),
                               [&](const auto& address) { return address.name == listener->name; });
        };
        if (std::count_if(settings.programs.begin(), settings.programs.end(), wants) > 1)
            throw CannotStart("the socket " + listener->name + " of LISTEN_FDS is named by several programs; call it " +
                                  "PROGRAM." + listener->name + " there",
                              Usage);
    }
}

ListenerSet InheritedListeners::takeFor(const Settings& program)
{
    return program.name.empty() ? std::exchange(listeners_, {}) : listeners_.takeFor(program.name, program.listeners);
}

void InheritedListeners::closeRest()
{
    for (const auto& listener : listeners_.all())
        log_.warning("the socket " + listener->name +
                     " of LISTEN_FDS is no program's, and is closed; a program has it "
                     "that has a listener of that name");
    listeners_ = {};
}

} // namespace baton::supervise
