#include "client/os/SignalSet.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"

#include <signal.h>
#include <string.h>

#include <algorithm>

namespace baton::os {
namespace {

// "RTMIN+3": how far behind `word`; nothing if it is none of these.
std::optional<std::int64_t> distanceOf(std::string_view text, std::string_view word, char sign)
{
    if (!text.starts_with(word)) return std::nullopt;
    text.remove_prefix(word.size());
    if (text.empty()) return 0;
    const auto number = text.front() == sign ? parseNumber(text.substr(1)) : std::nullopt;
    return number && *number < NSIG ? number : std::nullopt;
}

bool isRealTime(std::int64_t number) { return number >= SIGRTMIN && number <= SIGRTMAX; }

std::optional<int> realTimeSignal(std::string_view word)
{
    const auto up = distanceOf(word, "RTMIN", '+');
    const auto down = distanceOf(word, "RTMAX", '-');
    const auto number = up ? SIGRTMIN + *up : down ? SIGRTMAX - *down : 0;
    return isRealTime(number) ? std::optional(static_cast<int>(number)) : std::nullopt;
}

} // namespace

std::optional<int> signalNamed(std::string_view text)
{
    auto word = text;
    if (word.starts_with("SIG")) word.remove_prefix(3);
    const auto number = parseNumber(text);
    for (int one = 1; one < SIGRTMIN; ++one) {
        const char* name = ::sigabbrev_np(one);
        if (name != nullptr && (word == name || number == one)) return one;
    }
    if (number) return isRealTime(*number) ? std::optional(static_cast<int>(*number)) : std::nullopt;
    return realTimeSignal(word);
}

std::string nameOfSignal(int number)
{
    if (isRealTime(number)) return "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
    const char* name = ::sigabbrev_np(number);
    return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

void blockSignals(const std::vector<int>& numbers)
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : numbers) ::sigaddset(&set, number);
    check(::sigprocmask(SIG_BLOCK, &set, nullptr), "block signals");
}

bool isPending(const std::vector<int>& numbers)
{
    sigset_t pending;
    ::sigemptyset(&pending);
    ::sigpending(&pending);
    return std::any_of(numbers.begin(), numbers.end(),
                       [&](int number) { return ::sigismember(&pending, number) == 1; });
}

std::vector<int> ignoredSignals()
{
    std::vector<int> numbers;
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) numbers.push_back(number);
    }
    return numbers;
}

} // namespace baton::os
