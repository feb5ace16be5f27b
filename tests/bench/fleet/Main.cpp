// Prints how the schedule's own code treats a server, draws it, and fails when a limit is broken.
#include "client/core/Text.h"
#include "tests/bench/fleet/Plot.h"
#include "tests/bench/fleet/Scenarios.h"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>

namespace {

using namespace baton::fleet;

void say(const Scenario& scenario, const Peaks& peaks, bool holds)
{
    std::printf("%-58s %9.1f %8.2f %7.2f %7.2f %10.2f  %s\n", scenario.name.c_str(), peaks.meanPerMinute,
                peaks.settling, peaks.calm, peaks.outage, peaks.hourAfter, holds ? "holds" : "BROKEN");
}

void sayHead(const World& world, const Limits& limits)
{
    std::printf(
        "%d clients, a week of minutes, interval %lld min, jitter %lld min, server away in the hours %lld and %lld\n",
        world.clients, static_cast<long long>(world.rhythm.interval / std::chrono::minutes(1)),
        static_cast<long long>(world.rhythm.jitter / std::chrono::minutes(1)),
        static_cast<long long>(world.outageBegin / std::chrono::hours(1)),
        static_cast<long long>(world.outageEnd() / std::chrono::hours(1) - 1));
    std::printf("%-58s %9s %8s %7s %7s %10s\n", "peak of a minute, as a multiple of the calm mean", "mean/min",
                "first 2h", "calm", "outage", "hour after");
    std::printf("%-58s %9s %8.2f %7.2f %7s %10.2f\n", "limit", "", limits.settling, limits.calm, "", limits.hourAfter);
}

int run(const char* plot, int clients)
{
    World world;
    world.clients = clients;
    const Limits limits;
    sayHead(world, limits);
    bool all = true;
    for (const auto& scenario : Scenarios) {
        const auto perMinute = simulate(world, scenario);
        const auto peaks = peaksOf(perMinute, world);
        const bool holds = hold(peaks, limits);
        say(scenario, peaks, holds);
        all = all && holds;
        if (plot == nullptr || &scenario != &Scenarios.front()) continue;
        std::ofstream file(plot);
        file << draw(perMinute, world, peaks, limits);
        file.close();
        if (!file) throw std::runtime_error(std::string("cannot write ") + plot);
    }
    return all ? 0 : 1;
}

} // namespace

int main(int count, char** words)
try {
    constexpr std::int64_t MostClients = 10'000'000;
    const auto clients = count > 2 ? baton::parseNumber(words[2]) : World().clients;
    if (count > 3 || !clients || *clients < 1 || *clients > MostClients) {
        std::cerr << "usage: baton_fleet [FILE.svg [CLIENTS]]\n";
        return 64;
    }
    return run(count > 1 ? words[1] : nullptr, static_cast<int>(*clients));
} catch (const std::exception& error) {
    std::cerr << "baton_fleet: " << error.what() << '\n';
    return 70;
}
