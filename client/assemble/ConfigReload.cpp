#include "client/assemble/ConfigReload.h"

#include "client/assemble/ConfigFile.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Files.h"

#include <unistd.h>

#include <algorithm>

namespace baton::assemble {
namespace {

constexpr std::size_t LongestSentence = 1000;

std::string joined(const std::vector<std::string>& texts)
{
    std::string text;
    for (const auto& one : texts) text += (text.empty() ? "" : ", ") + one;
    return text.empty() ? "nothing" : text;
}

bool isFromFile(const Values& values, const std::string& name, const std::string& path)
{
    const auto origin = values.origin(name);
    return origin.empty() || origin == "default" || origin.starts_with(path + ": ") ||
           origin.starts_with(path + ", line ");
}

/// What the file says of this program now.
Values freshValues(const Handed& handed, const std::string& path, const ConfigReader& readConfig)
{
    const auto resolved = resolve(Run, {"--config", path}, nullptr, readConfig);
    if (handed.program.empty() != resolved.programs.empty())
        throw UsageError(path +
                         (handed.program.empty() ? " has sections of programs now" : " has no sections any more") +
                         ": that changes when Baton is started anew");
    if (handed.program.empty()) return resolved.values;
    for (const auto& program : resolved.programs)
        if (program.name == handed.program) return program.values;
    throw UsageError(path + " has no program " + handed.program + " any more: it goes when Baton is started anew");
}

} // namespace

Reread rereadConfig(const Handed& handed, const ConfigReader& readConfig)
{
    const auto path = handed.values.text("config");
    if (path.empty()) throw UsageError("this Baton was started without --config: there is no file to read again");
    const auto fresh = freshValues(handed, path, readConfig);
    auto merged = handed;
    Reread reread;
    for (const auto& option : optionTable()) {
        const std::string name(option.name);
        if ((option.commands & (Run | Section)) == 0 || !isFromFile(handed.values, name, path)) continue;
        const bool said = handed.values.origin(name).starts_with(path) || fresh.origin(name).starts_with(path);
        if (!said) continue;
        const auto before = handed.values.all(name);
        const auto now = fresh.all(name);
        if (before == now) continue;
        if (name != "listen") {
            reread.refused.push_back(name + " is " + escaped(joined(now)) + " in the file and was " +
                                     escaped(joined(before)) + ": it changes when Baton is started anew");
            continue;
        }
        std::vector<Value> values;
        for (const auto& text : now) values.push_back({text, fresh.origin("listen")});
        merged.values.set(name, std::move(values));
    }
    supervisorSettings(merged, -1); // What is wrong with the listeners together is said, and nothing changes.
    reread.listen = merged.values.all("listen");
    return reread;
}

std::string print(const Reread& reread)
{
    std::string text;
    for (const auto& listener : reread.listen) text += "listen " + listener + '\n';
    for (const auto& sentence : reread.refused) text += "refused " + sentence + '\n';
    return text + "end\n";
}

int reloadRole()
{
    std::string text;
    try {
        text = print(rereadConfig(ownHanded(), readConfigFile));
    } catch (const UsageError& error) {
        text = "error " + escaped(error.what(), LongestSentence) + "\nend\n";
    }
    os::writeAll(STDOUT_FILENO, text, "what the configuration says");
    return exitcode::Ok;
}

} // namespace baton::assemble
