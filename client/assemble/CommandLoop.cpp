#include "client/assemble/CommandLoop.h"

#include "client/assemble/ConfigFile.h"
#include "client/assemble/Help.h"
#include "client/assemble/UsageError.h"
#include "client/core/ProductVersion.h"
#include "client/core/Text.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace baton::assemble {
namespace {

[[noreturn]] void refuseCommand(const std::string& name)
{
    const auto nearest = nearestCommand(name);
    throw UsageError("there is no command \"" + escaped(name) + "\"; " +
                     (nearest.empty() ? "baton --help lists all" : "did you mean baton " + std::string(nearest) + '?'));
}

bool isHelp(std::string_view word) { return word == "--help" || word == "-h" || word == "help"; }

void checkPage(const CommandText& command, const std::string& page)
{
    if (page.empty() || page.starts_with('-') || hasPage(command.command, page)) return;
    throw UsageError("baton " + std::string(command.name) + " has no page \"" + escaped(page) + "\" of help; baton " +
                     std::string(command.name) + " --help names those that it has");
}

int help(const CommandText& command, const std::string& page)
{
    checkPage(command, page);
    std::cout << helpOf(command.command, page);
    return exitcode::Ok;
}

int perform(const std::vector<std::string>& typed, std::span<const CommandWork> works)
{
    if (typed.size() < 2) throw UsageError("no command was given; baton --help lists all");
    const auto& name = typed[1];
    if (isHelp(name)) {
        if (const auto named = typed.size() > 2 ? findCommand(typed[2]) : std::nullopt)
            return help(*named, typed.size() > 3 ? typed[3] : std::string());
        if (typed.size() > 2) refuseCommand(typed[2]);
        unsigned commands = 0;
        for (const auto& work : works) commands |= work.command;
        std::cout << overview(commands);
        return exitcode::Ok;
    }
    if (name == "--version" || name == "-V" || name == "version") {
        std::cout << "baton " << productVersion() << '\n';
        return exitcode::Ok;
    }
    const auto text = findCommand(name);
    const auto found = std::find_if(works.begin(), works.end(),
                                    [&](const auto& work) { return text && work.command == text->command; });
    if (found == works.end()) refuseCommand(name);
    const auto resolved = resolve(found->command, {typed.begin() + 2, typed.end()}, environ, readConfigFile);
    return resolved.help ? help(*text, resolved.helpTopic) : found->work(resolved, typed);
}

int complain(const std::string& sentence, int exitCode)
{
    std::cerr << "baton: " << sentence << std::endl;
    return exitCode;
}

} // namespace

int runCommand(const std::vector<std::string>& typed, std::span<const CommandWork> works)
try {
    const int exitCode = perform(typed, works);
    std::cout.flush();
    return std::cout ? exitCode : complain("stdout cannot be written", exitcode::InputOutput);
} catch (const UsageError& error) {
    return complain(error.what(), error.exitCode());
} catch (const std::exception& error) {
    return complain(error.what(), exitcode::Software);
}

} // namespace baton::assemble
