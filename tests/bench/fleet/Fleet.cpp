#include "tests/bench/fleet/Fleet.h"

#include "client/schedule/Planner.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace baton::fleet {
namespace {

using schedule::Plan;
using schedule::Planner;

constexpr Duration Minute = std::chrono::minutes(1);
const WallTime Begin{std::chrono::hours(500'000)};

// splitmix64: small enough for a hundred thousand of them.
class ClientRandom : public schedule::Random {
public:
    explicit ClientRandom(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15U) {}

    Duration upTo(Duration limit) override
    {
        const auto choices = static_cast<std::uint64_t>(std::max<Duration::rep>(limit.count(), 0)) + 1;
        return Duration(static_cast<Duration::rep>(next() % choices));
    }
    double fraction() { return static_cast<double>(next() >> 11U) / 9007199254740992.0; }

private:
    std::uint64_t next()
    {
        state_ += 0x9E3779B97F4A7C15U;
        auto mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31U);
    }

    std::uint64_t state_;
};

// From switched on to the end of the week.
class Client {
public:
    Client(const World& world, const Scenario& scenario, int number)
        : world_(world),
          scenario_(scenario),
          random_(world.seed * 1'000'003 + static_cast<std::uint64_t>(number)),
          planner_(std::in_place, world.rhythm, schedule::Openings(), schedule::Memory(), random_),
          now_(random_.upTo(scenario.startedWithin))
    {
        planRestart();
        due_ = now_ + planner_->first(Begin + now_).wait;
    }

    void live(std::vector<int>& perMinute)
    {
        for (;;) {
            while (restart_ < due_) restart();
            now_ = due_;
            if (now_ >= world_.length) return;
            ++perMinute[static_cast<std::size_t>(now_ / Minute)];
            due_ = now_ + check().wait;
        }
    }

private:
    Plan check()
    {
        if (now_ < world_.outageBegin || now_ >= world_.outageEnd()) {
            planner_->succeeded();
            return planner_->next({}, Begin + now_);
        }
        planner_->failed();
        const bool busy = scenario_.outage == Outage::Busy;
        const bool answers = scenario_.outage != Outage::Silent;
        return planner_->next({busy ? std::optional(world_.retryAfter) : std::nullopt, {}, answers}, Begin + now_);
    }

    // What the next process knows is what lies on the disk.
    void restart()
    {
        now_ = restart_;
        const auto memory = schedule::parseMemory(print(planner_->memory()));
        planner_.emplace(world_.rhythm, schedule::Openings(), memory, random_);
        due_ = now_ + planner_->first(Begin + now_).wait;
        planRestart();
    }

    void planRestart()
    {
        const auto life = -std::log(1.0 - random_.fraction()) * static_cast<double>(world_.meanLife.count());
        restart_ = now_ + Duration(static_cast<Duration::rep>(life) + 1);
        if (scenario_.powerCut && now_ < world_.outageEnd()) restart_ = std::min(restart_, world_.outageEnd());
    }

    const World& world_;
    const Scenario& scenario_;
    ClientRandom random_;
    std::optional<Planner> planner_;
    Duration now_{0};
    Duration due_{0};
    Duration restart_{0};
};

} // namespace

std::vector<int> simulate(const World& world, const Scenario& scenario)
{
    std::vector<int> perMinute(static_cast<std::size_t>(world.length / Minute));
    for (int number = 0; number < world.clients; ++number) Client(world, scenario, number).live(perMinute);
    return perMinute;
}

Peaks peaksOf(const std::vector<int>& perMinute, const World& world)
{
    const auto at = [&](Duration time) { return perMinute.begin() + time / Minute; };
    const auto hourAfter = world.outageEnd() + std::chrono::hours(1);
    const auto calmA = at(world.outageBegin) - at(world.settling);
    const auto calmB = perMinute.end() - at(hourAfter);
    const auto sum = std::accumulate(at(world.settling), at(world.outageBegin), 0.0) +
                     std::accumulate(at(hourAfter), perMinute.end(), 0.0);
    Peaks peaks;
    peaks.meanPerMinute = sum / static_cast<double>(calmA + calmB);
    const auto peak = [&](auto from, auto to) {
        return from == to ? 0.0 : static_cast<double>(*std::max_element(from, to)) / peaks.meanPerMinute;
    };
    peaks.settling = peak(perMinute.begin(), at(world.settling));
    peaks.calm = std::max(peak(at(world.settling), at(world.outageBegin)), peak(at(hourAfter), perMinute.end()));
    peaks.outage = peak(at(world.outageBegin), at(world.outageEnd()));
    peaks.hourAfter = peak(at(world.outageEnd()), at(hourAfter));
    return peaks;
}

bool hold(const Peaks& peaks, const Limits& limits)
{
    return peaks.settling <= limits.settling && peaks.calm <= limits.calm && peaks.hourAfter <= limits.hourAfter;
}

} // namespace baton::fleet
