#include "client/assemble/CommandLoop.h"

#include "client/assemble/ConfigFile.h"
#include "client/assemble/Help.h"
#include "client/assemble/UsageError.h"
#include "client/core/ProductVersion.h"
#include "client/core/Text.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>

namespace baton::assemble {
namespace {

/// They have their place in the design and none in this version.
constexpr std::array<std::string_view, 7> Later{"rollback", "restart", "keygen", "sign", "verify", "diff", "patch"};

[[noreturn]] void refuseCommand(const std::string& name)
{
    if (std::find(Later.begin(), Later.end(), name) != Later.end() || name == "doctor")
        throw UsageError("baton " + name + " does not work in this version");
    throw UsageError("there is no command \"" + escaped(name) + "\"; baton --help lists all");
}

int perform(const std::vector<std::string>& typed, std::span<const CommandWork> works)
{
    if (typed.size() < 2) throw UsageError("no command was given; baton --help lists all");
    const auto& name = typed[1];
    if (name == "--help" || name == "-h" || name == "help") {
        unsigned commands = 0;
        for (const auto& work : works) commands |= work.command;
        std::cout << overview(commands);
        return exitcode::Ok;
    }
    if (name == "--version") {
        std::cout << "baton " << productVersion() << '\n';
        return exitcode::Ok;
    }
    const auto text = findCommand(name);
    const auto found = std::find_if(works.begin(), works.end(),
                                    [&](const auto& work) { return text && work.command == text->command; });
    if (found == works.end()) refuseCommand(name);
    const auto resolved = resolve(found->command, {typed.begin() + 2, typed.end()}, environ, readConfigFile);
    if (!resolved.help) return found->work(resolved, typed);
    std::cout << helpOf(found->command, resolved.helpTopic);
    return exitcode::Ok;
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
    return std::cout ? exitCode : complain("stdout cannot be written", 74);
} catch (const UsageError& error) {
    return complain(error.what(), error.exitCode());
} catch (const std::exception& error) {
    return complain(error.what(), exitcode::Software);
}

} // namespace baton::assemble
