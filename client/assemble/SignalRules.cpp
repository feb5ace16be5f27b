#include "client/assemble/SignalRules.h"

#include "client/assemble/OptionTable.h"
#include "client/assemble/UsageError.h"
#include "client/assemble/Values.h"
#include "client/core/Text.h"
#include "client/os/SignalSet.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <string_view>

namespace baton::assemble {
namespace {

using supervise::SignalAction;
using supervise::SignalRule;

struct Word {
    std::string_view text;
    SignalAction action;
    std::string_view needs; ///< an option without which it would do nothing
};

constexpr std::array Words{
    Word{"forward", SignalAction::Forward, ""},      Word{"stop", SignalAction::Stop, ""},
    Word{"ignore", SignalAction::Ignore, ""},        Word{"reload", SignalAction::Command, "config"},
    Word{"update", SignalAction::Command, "server"}, Word{"restart", SignalAction::Command, ""},
    Word{"rollback", SignalAction::Command, ""},     Word{"upgrade", SignalAction::Command, ""},
};

constexpr std::array Ending{SIGTERM, SIGINT, SIGQUIT};

bool ends(int number) { return std::find(Ending.begin(), Ending.end(), number) != Ending.end(); }

const Word* wordOf(std::string_view text)
{
    const auto* const found =
        std::find_if(Words.begin(), Words.end(), [&](const auto& word) { return word.text == text; });
    return found == Words.end() ? nullptr : found;
}

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

int signalOf(std::string_view text)
{
    const auto number = os::signalNamed(text);
    if (!number) refuse("there is no signal " + escaped(text));
    if (!supervise::canBePlanned(*number))
        refuse(os::nameOfSignal(*number) + " is the kernel's or Baton's own and cannot be given another meaning");
    return *number;
}

// Another signal's name: the program gets that one instead.
SignalRule renamed(int number, std::string_view text)
{
    const auto as = os::signalNamed(text);
    if (!as) {
        std::vector<std::string_view> words;
        std::string all;
        for (const auto& word : Words) {
            words.push_back(word.text);
            all += (all.empty() ? "" : ", ") + std::string(word.text);
        }
        const auto nearest = nearestWord(text, words);
        refuse(escaped(text) + " is neither a signal nor one of " + all +
               (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + '?'));
    }
    if (!supervise::canBePlanned(*as))
        refuse(os::nameOfSignal(*as) + " is none that a program could do something about");
    return {number, ends(number) ? SignalAction::Stop : SignalAction::Forward, *as};
}

} // namespace

SignalRule parseSignalRule(const std::string& text)
{
    const auto equals = text.find('=');
    if (equals == std::string::npos) refuse("it is not SIGNAL=ACTION");
    const int number = signalOf(std::string_view(text).substr(0, equals));
    const auto what = std::string_view(text).substr(equals + 1);
    const auto* const word = wordOf(what);
    if (word == nullptr) return renamed(number, what);
    if (number == SIGTERM && word->action != SignalAction::Stop)
        refuse("SIGTERM ends Baton, for whoever runs it; the program may get another signal: TERM=QUIT");
    SignalRule rule{number, word->action, 0};
    if (word->action == SignalAction::Forward) rule.as = number;
    if (word->action == SignalAction::Stop) rule.as = ends(number) ? number : SIGTERM;
    if (word->action == SignalAction::Command) rule.command = word->text;
    return rule;
}

std::vector<SignalRule> signalRulesOf(const Values& values, const std::vector<const Values*>& programs)
{
    std::vector<SignalRule> rules;
    for (const auto& text : values.all("on-signal")) {
        const auto rule = parseSignalRule(text);
        const auto same = [&](const SignalRule& other) { return other.number == rule.number; };
        if (std::any_of(rules.begin(), rules.end(), same))
            throw UsageError("--on-signal is said twice for " + os::nameOfSignal(rule.number) + "; say it once");
        if (const auto* const word = wordOf(rule.command); word != nullptr && !word->needs.empty()) {
            const std::string needs(word->needs);
            const bool isSaid = values.has(needs) || std::any_of(programs.begin(), programs.end(),
                                                                 [&](const auto* one) { return one->has(needs); });
            if (!isSaid)
                throw UsageError("--on-signal " + escaped(text) + " without --" + needs +
                                 ": there would be nothing to " + rule.command + "; say --" + needs + ", too");
        }
        rules.push_back(rule);
    }
    return rules;
}

} // namespace baton::assemble
