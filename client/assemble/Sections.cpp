#include "client/assemble/Sections.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace baton::assemble {
namespace {

/// There is one of each, however many programs there are.
constexpr std::array<std::string_view, 10> OfTheWholeBaton{"control",     "log-format", "log-level", "metrics",
                                                           "on-signal",   "daemon",     "pidfile",   "log-file",
                                                           "self-app-id", "self-track"};

/// Two programs can never have the same; --state-dir outside the sections is where all have theirs.
constexpr std::array<std::string_view, 6> OfOneProgram{"app-id",  "also-app", "app-version",
                                                       "initial", "listen",   "state-dir"};

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool isForSections(const Option& option)
{
    return (option.commands & (Run | Section)) != 0 && !isOneOf(OfTheWholeBaton, option.name) &&
           option.name != "config" && option.name != "define";
}

[[noreturn]] void refuseInSection(std::string_view name, const std::string& origin)
{
    std::vector<std::string_view> names;
    for (const auto& option : optionTable())
        if (isForSections(option)) names.push_back(option.name);
    refuseKey(name, origin, names, "baton run --help, and --help programs,");
}

} // namespace

bool isProgramName(std::string_view text)
{
    constexpr std::size_t Longest = 32;
    const auto isPlain = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    };
    return !text.empty() && text.size() <= Longest && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), isPlain);
}

void addToSection(Sections& sections, const std::string& key, const std::string& text, const std::string& origin)
{
    const auto behind = std::string_view(key).substr(SectionPrefix.size());
    const auto dot = behind.find('.');
    const std::string program(behind.substr(0, dot));
    if (!isProgramName(program))
        throw UsageError(escaped(origin) +
                         ": a program is called by 1 to 32 letters, digits, - and _, each section by " +
                         "another one; for example program.web.listen");
    const auto name = dot == std::string_view::npos ? std::string_view() : behind.substr(dot + 1);
    if (name.empty())
        throw UsageError(escaped(origin) + " says no option of the program; for example program." + program +
                         ".command = ./server");
    const auto* const option = findOption(name);
    if (option != nullptr && isOneOf(OfTheWholeBaton, name))
        throw UsageError(escaped(origin) + ": " + std::string(name) +
                         " is the whole Baton's and no program's; say it outside the sections");
    if (option == nullptr || !isForSections(*option)) refuseInSection(name, origin);
    addList(sections[program], *option, text, origin);
}

void refuseForAll(const Layer& layer, const Sections& sections)
{
    if (sections.empty()) return;
    for (const auto& [name, values] : layer)
        if (isOneOf(OfOneProgram, name) && name != "state-dir")
            throw UsageError(escaped(values.front().origin) + ": each program has " + name + " for itself; say it as " +
                             std::string(SectionPrefix) + sections.begin()->first + '.' + name);
}

bool holdsForAll(const Option& option) { return !isOneOf(OfOneProgram, option.name); }

} // namespace baton::assemble
