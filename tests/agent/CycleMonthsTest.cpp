// Months of an agent's life on a simulated clock, with everything at once: windows over two changes of the clocks,
// servers that fail, are busy, ask to stay away or to come more often, releases, holds, approvals, people, groups,
// sleep, and clocks that are set. What must hold at each contact is asserted there.
#include "client/core/Timestamp.h"
#include "tests/agent/CycleFixture.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>

namespace baton::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto Life = 24h * 240; // From March to October: both changes of the clocks.

struct Rules {
    std::vector<std::string> checkWindows;
    std::vector<std::string> handOffWindows;
    bool needsApproval = false;
};

schedule::Openings openingsOf(const std::vector<std::string>& texts)
{
    std::vector<schedule::Window> windows;
    for (const auto& text : texts) windows.push_back(schedule::parseWindow(text).value());
    return {windows, "UTC"};
}

struct SeededRandom : schedule::Random {
    explicit SeededRandom(unsigned seed) : engine(seed) {}
    Duration upTo(Duration limit) override
    {
        return Duration(std::uniform_int_distribution<std::int64_t>(0, limit.count())(engine));
    }
    bool oneIn(int n) { return std::uniform_int_distribution<int>(1, n)(engine) == 1; }
    int upTo(int n) { return std::uniform_int_distribution<int>(0, n)(engine); }
    std::mt19937 engine;
};

/// The server, the supervisor and the time of one life.
class World : public source::Source, public Wire {
public:
    World(const Settings& settings, store::Store& store, HandClock& clock, unsigned seed)
        : settings_(settings),
          store_(store),
          clock_(clock),
          major_(std::to_string(seed) + '.'),
          random_(seed)
    {
    }

    source::Checked check(const source::Question& question) override
    {
        const bool isPerson = question.asker == source::Asker::Person;
        trace(isPerson ? "check by a person" : "check");
        ++checks;
        if (isPerson) ++personal;
        if (!isPerson) {
            EXPECT_TRUE(settings_.checkWindows.isOpen(clock_.wall())) << now();
            // An event that nobody takes holds no check back: the two are one contact then.
            EXPECT_TRUE(clock_.now() >= notBefore_ || clock_.now() == refusedEvent_)
                << "the server had asked to stay away" << past();
        }
        // Asleep, or with another clock, it may miss a window of each week.
        EXPECT_LE(clock_.now() - lastCheck_, 21 * 24h) << now() << ": it slept for too long";
        lastCheck_ = clock_.now();
        notBefore_ = Instant{};
        return answer();
    }

    source::Sent send(const source::Event&, std::chrono::seconds) override
    {
        if (random_.oneIn(10)) {
            trace("event refused");
            refuse();
            refusedEvent_ = clock_.now();
            return {Failure{Category::UpdateCheck, code::HttpError, "503"}, true, false, {}, true, true};
        }
        return {Done{}};
    }

    void tell(const AgentNews& one) override
    {
        if (one.kind != AgentNews::Kind::Downloaded) return;
        const auto attempt = store_.loadAttempt();
        const auto state = store_.loadState().value_or(store::State());
        EXPECT_TRUE(!state.hold || parseTimestamp(state.hold->until) <= clock_.wall()) << now() << ": held";
        EXPECT_TRUE(!settings_.needsApproval || !state.current || state.approved == attempt->key.version) << now();
        EXPECT_TRUE(attempt->atOnce || !state.current || settings_.handOffWindows.isOpen(clock_.wall()))
            << "handed over outside of the window" << past();
        arrived_ = attempt;
    }

    Heard wait(Duration atMost) override
    {
        if (clock_.elapsed > Life) return Heard::Gone;
        if (arrived_) return commit();
        if (atMost <= Duration(0)) return Heard::Nothing;
        // Something happens meanwhile, or nothing does.
        if (random_.oneIn(4)) return pass(random_.upTo(atMost), Heard::Nothing);
        if (random_.oneIn(40)) return pass(random_.upTo(atMost), Heard::Check);
        if (random_.oneIn(40)) return pass(random_.upTo(atMost), Heard::Ask);
        if (random_.oneIn(30)) return steer(random_.upTo(atMost));
        if (random_.oneIn(60))
            return pass(atMost + random_.upTo(Duration(24h * 3)), Heard::Nothing); // The machine sleeps.
        if (random_.oneIn(200)) {
            clock_.set += random_.upTo(Duration(48h)) - 24h;
            return pass(random_.upTo(atMost), Heard::Nothing);
        }
        return pass(atMost, Heard::Nothing);
    }

    int checks = 0;
    int personal = 0;
    int offers = 0;
    int commits = 0;

private:
    std::string nextVersion() const { return major_ + std::to_string(commits + 1) + ".0"; }
    std::string now() const { return printTimestamp(clock_.wall()); }

    Heard pass(Duration time, Heard word)
    {
        clock_.elapsed += time;
        trace("word " + std::to_string(static_cast<int>(word)) + " after " + std::to_string(time / 1min) + " min");
        return word;
    }

    // 429 or 5xx without a word: never sooner than the interval.
    void refuse() { notBefore_ = std::max(notBefore_, clock_.now() + interval_); }

    source::Checked answer()
    {
        interval_ = settings_.interval;
        const auto why = random_.upTo(20);
        trace("answer " + std::to_string(why));
        if (why < 2) return {Failure{Category::UpdateCheck, code::HttpError, "no connection"}, {}};
        source::Checked checked{source::Answer(source::NoUpdate{}), {}, true};
        if (why == 2) {
            checked = {Failure{Category::UpdateCheck, code::HttpStatusBase + 503, "busy"}, {}, true, {}, true};
            refuse();
        }
        if (why == 3 || why == 4) {
            const auto stay = std::chrono::hours(1 + random_.upTo(22));
            checked.retryAfter = std::to_string(std::chrono::seconds(stay).count());
            notBefore_ = clock_.now() + stay;
        }
        if (why == 5) {
            checked.pollInterval = 30min;
            interval_ = 30min;
        }
        if (why >= 15) checked.answer = source::Answer(offer());
        return checked;
    }

    source::Offer offer()
    {
        ++offers;
        const auto digest = digestOf(Bytes);
        return {nextVersion(), {{"web", static_cast<std::int64_t>(Bytes.size()), digest, {"http://cdn.example/web"}}}};
    }

    // What the supervisor does with what was handed over.
    Heard commit()
    {
        const auto key = arrived_->key;
        const auto from = arrived_->from;
        arrived_.reset();
        auto state = store_.loadState().value_or(store::State());
        state.current = key;
        state.approved.clear();
        store_.save(state);
        store_.append({printTimestamp(clock_.wall()), from, key, store::Outcome::Committed, 0, ""});
        ++commits;
        trace("committed");
        return Heard::Changed;
    }

    // People hold, let go, and approve.
    Heard steer(Duration time)
    {
        auto state = store_.loadState().value_or(store::State());
        if (state.hold)
            state.hold.reset();
        else if (random_.oneIn(2))
            state.hold = store::Hold{printTimestamp(clock_.wall() + time + std::chrono::hours(1 + random_.upTo(100)))};
        state.approved = nextVersion();
        clock_.elapsed += time;
        store_.save(state);
        trace("a person steers");
        return Heard::Changed;
    }

    const Settings& settings_;
    store::Store& store_;
    HandClock& clock_;
    std::string major_; ///< of all versions of this life
    SeededRandom random_;
    void trace(const std::string& what)
    {
        past_.push_back(now() + ' ' + what);
        if (past_.size() > 16) past_.pop_front();
    }
    std::string past() const
    {
        std::string text;
        for (const auto& line : past_) text += "\n    " + line;
        return text;
    }

    std::deque<std::string> past_; ///< the last of what happened, for a test that fails
    Instant lastCheck_{};
    Instant notBefore_{};
    Instant refusedEvent_{};
    Duration interval_{}; ///< the server's, where it has said one
    std::optional<store::Attempt> arrived_;
};

// Months are thousands of durable steps, which a busy disk would stretch over minutes: where there is one, they go to
// memory.
class InMemory {
public:
    InMemory()
    {
        if (const char* said = std::getenv("TMPDIR")) before_ = said;
        if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
    }
    ~InMemory()
    {
        if (before_)
            ::setenv("TMPDIR", before_->c_str(), 1);
        else
            ::unsetenv("TMPDIR");
    }
    InMemory(const InMemory&) = delete;
    InMemory& operator=(const InMemory&) = delete;

private:
    std::optional<std::string> before_;
};

struct Months : InMemory, CycleTest, ::testing::WithParamInterface<Rules> {};

TEST_P(Months, KeepAllRulesAtEachContact)
{
    clock.set = parseTimestamp("2027-03-20T00:00:00Z").value() - clock.wall();
    settings.interval = 4h;
    settings.jitter = 2h;
    settings.checkWindows = openingsOf(GetParam().checkWindows);
    settings.handOffWindows = openingsOf(GetParam().handOffWindows);
    settings.needsApproval = GetParam().needsApproval;
    transport.files["http://cdn.example/web"] = Bytes;
    int commits = 0;
    for (unsigned seed = 1; seed <= 2; ++seed) {
        clock.elapsed = 0h;
        store.forgetAttempt();
        World world(settings, store, clock, seed);
        SeededRandom draws(seed);

        Cycle(settings, {world, transport, store, clock, draws, world, log}).run();

        EXPECT_GT(world.checks, GetParam().checkWindows.empty() ? 500 : 30);
        EXPECT_GT(world.personal, 0);
        EXPECT_GT(world.offers, world.commits);
        commits += world.commits;
    }
    EXPECT_GT(commits, 1);
}

INSTANTIATE_TEST_SUITE_P(
    of, Months,
    ::testing::Values(Rules{}, Rules{{"Mon-Fri 02:00-05:00 Europe/Berlin"}, {"Sun 01:30-03:30 Europe/Berlin"}},
                      Rules{{"22:00-01:00 Europe/Berlin", "Sat 12:00-13:00"}, {"Tue,Thu 23:30-02:30 America/New_York"}},
                      Rules{{"Sun 02:30-03:00 Europe/Berlin"}, {}, true}),
    [](const auto& rules) {
        return std::string(rules.param.needsApproval              ? "WithApproval"
                           : rules.param.checkWindows.empty()     ? "WithoutWindows"
                           : rules.param.checkWindows.size() == 1 ? "InTheNight"
                                                                  : "OverMidnight");
    });

} // namespace
} // namespace baton::agent
