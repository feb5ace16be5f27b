#include "client/service/Generation.h"

#include "client/os/Sockets.h"
#include "client/os/StderrLog.h"
#include "client/os/SystemClock.h"
#include "client/program/Notify.h"
#include "client/service/AdoptedSocket.h"

#include <Poco/Util/OptionException.h>

#include <algorithm>
#include <iterator>

namespace baton {
namespace {

using service::Told;

constexpr Duration Step(20); // between two looks at what is left

Instant now() { return os::SystemClock().now(); }

} // namespace

enum class Generation::State { Serving, StandingBy, Ending, Ended };
enum class Generation::Effect { Drain, Resume, Reload, Nothing };

struct Generation::Rule {
    State from;
    Told on;
    State to;
    Effect effect;
};

// What is not here changes nothing: a second SIGTERM lets the drain go on.
constexpr Generation::Rule Generation::Rules[] = {
    {State::Serving, Told::Drain, State::StandingBy, Effect::Drain},
    {State::Serving, Told::Stop, State::Ending, Effect::Drain},
    {State::Serving, Told::Quit, State::Ending, Effect::Drain},
    {State::Serving, Told::Reload, State::Serving, Effect::Reload},
    {State::StandingBy, Told::Resume, State::Serving, Effect::Resume},
    {State::StandingBy, Told::Stop, State::Ending, Effect::Nothing},
    {State::StandingBy, Told::Quit, State::Ending, Effect::Nothing},
    {State::Ending, Told::Quit, State::Ended, Effect::Nothing},
};

Generation::Generation(Parts parts) : parts_(std::move(parts)), orders_(std::move(parts_.channel)) {}

Poco::Net::ServerSocket Generation::listener(const std::string& name)
{
    if (auto socket = parts_.inherited.take(name)) return adoptServerSocket(std::move(socket));
    auto& addresses = parts_.addresses;
    const auto found =
        std::find_if(addresses.begin(), addresses.end(), [&](const auto& each) { return each.name == name; });
    if (found == addresses.end())
        throw Poco::Util::MissingOptionException("there is no listener " + name + "; say --listen " + name +
                                                 "=HOST:PORT");
    auto sockets = os::bindAll(*found);
    for (auto& socket : sockets) {
        os::beginToListen(socket.get(), *found);
        parts_.inherited.add({name, std::move(socket)}); // Of a group, each call gets the next.
    }
    addresses.erase(found);
    return adoptServerSocket(parts_.inherited.take(name));
}

void Generation::ready() const { notifyReady(); }

void Generation::status(const std::string& line) const { notify("STATUS=" + line); }

void Generation::run(Drainable& served)
{
    orders_.sayStandsBy();
    for (auto state = State::Serving; state != State::Ended;) {
        const bool drains = state != State::Serving;
        const auto told = orders_.next(drains ? std::make_optional(Step) : std::nullopt);
        const auto* const rule = std::find_if(std::begin(Rules), std::end(Rules),
                                              [&](const Rule& each) { return each.from == state && each.on == told; });
        if (rule != std::end(Rules)) {
            state = rule->to;
            perform(rule->effect, served);
        }
        if (state == State::StandingBy || state == State::Ending) report(served);
        if (state == State::Ending && (served.waitUntilDrained(Duration(0)) || now() >= deadline_))
            state = State::Ended;
    }
    if (const auto left = served.remaining(); left > 0)
        os::StderrLog("program", os::LogFormat::Text, Level::Info)
            .warning("the drain ended with " + std::to_string(left) + " still open; they are cut");
}

void Generation::run(const std::function<void(Duration within)>& drain)
{
    for (auto told = Told::Nothing; told == Told::Nothing || told == Told::Resume;) {
        told = orders_.next(std::nullopt);
        if (told != Told::Reload) continue;
        if (parts_.reload) parts_.reload();
        told = Told::Nothing;
    }
    service::letQuitSignalsKill(); // Nobody reads them while `drain` works.
    drain(drainTime());
}

void Generation::perform(Effect effect, Drainable& served)
{
    switch (effect) {
    case Effect::Nothing: return;
    case Effect::Drain: deadline_ = now() + drainTime(); return served.drain(drainTime());
    case Effect::Resume:
        served.resume();
        reported_.reset();
        return orders_.sayResumed();
    case Effect::Reload:
        if (parts_.reload) parts_.reload();
        return;
    }
}

// A tenth is kept back: to end in time is better than to be killed.
Duration Generation::drainTime() const { return parts_.drainTime * 9 / 10; }

void Generation::report(const Drainable& served)
{
    const auto left = served.remaining();
    if (reported_ == left) return;
    reported_ = left;
    orders_.sayDraining(left);
}

} // namespace baton
