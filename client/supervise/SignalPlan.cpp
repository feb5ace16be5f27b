#include "client/supervise/SignalPlan.h"

#include <algorithm>
#include <array>
#include <csignal>

namespace baton::supervise {
namespace {

constexpr std::array Ending{SIGTERM, SIGINT, SIGQUIT};

// All that a person or a process manager may send and that is no fault of the process that gets it; the realtime
// signals come on top.
constexpr std::array Plain{
    SIGTERM,   SIGINT,  SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH,
    SIGVTALRM, SIGPROF, SIGIO,   SIGPWR, SIGURG,  SIGXCPU, SIGXFSZ,
#ifdef SIGSTKFLT // Not on every architecture.
    SIGSTKFLT,
#endif
};

constexpr std::array Own{SIGCHLD, SIGCONT, SIGTSTP};

template <typename List>
bool has(const List& list, int number)
{
    return std::find(list.begin(), list.end(), number) != list.end();
}

} // namespace

bool canBePlanned(int number) { return has(Plain, number) || (number >= SIGRTMIN && number <= SIGRTMAX); }

bool saysALimit(int number) { return number == SIGXCPU || number == SIGXFSZ; }

std::vector<int> takenSignals()
{
    std::vector<int> numbers(Own.begin(), Own.end());
    numbers.insert(numbers.end(), Plain.begin(), Plain.end());
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) numbers.push_back(number);
    return numbers;
}

SignalPlan::SignalPlan(std::vector<SignalRule> said, std::vector<int> ignored)
    : said_(std::move(said)),
      ignored_(std::move(ignored))
{
}

SignalRule SignalPlan::ruleOf(int number) const
{
    const auto found =
        std::find_if(said_.begin(), said_.end(), [&](const auto& rule) { return rule.number == number; });
    if (found != said_.end()) return *found;
    const bool ends = has(Ending, number) && (number == SIGTERM || !has(ignored_, number));
    return {number, ends ? SignalAction::Stop : SignalAction::Forward, number};
}

} // namespace baton::supervise
