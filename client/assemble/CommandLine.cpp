#include "client/assemble/CommandLine.h"

#include "client/assemble/Layers.h"
#include "client/assemble/Sections.h"
#include "client/assemble/UsageError.h"
#include "client/core/ShellWords.h"
#include "client/core/Text.h"

#include <algorithm>
#include <string_view>

namespace baton::assemble {
namespace {

/// The commands whose options this one takes.
unsigned takenBy(Command command) { return command == Doctor ? Run | Doctor : command; }

/// Reads the words of the command line one after the other.
class Words {
public:
    Words(Command command, const std::vector<std::string>& words) : command_(command), words_(words) {}

    void read(Layer& layer, Resolved& resolved)
    {
        while (at_ < words_.size()) {
            const auto& word = words_[at_++];
            if (word == "--") {
                resolved.rest.insert(resolved.rest.end(), words_.begin() + static_cast<std::ptrdiff_t>(at_),
                                     words_.end());
                return;
            }
            if (word == "--help" || word == "-h") {
                resolved.help = true;
                if (at_ < words_.size()) resolved.helpTopic = words_[at_];
                return;
            }
            if (word.size() > 1 && word.front() == '-')
                readOption(layer, word);
            else
                readWord(resolved, word);
        }
    }

private:
    void readOption(Layer& layer, const std::string& word)
    {
        const auto equals = word.find('=');
        const auto origin = word.substr(0, equals);
        const auto name = origin.starts_with("--") ? origin.substr(2) : std::string();
        const auto* const option = findOption(name);
        if (option == nullptr) refuseUnknown(origin.starts_with("--") ? name : origin.substr(1), origin);
        if (option->commands == Section)
            throw UsageError(origin + " stands in a configuration file, in the section of a program; see baton run " +
                             "--help programs");
        if ((option->commands & takenBy(command_)) == 0)
            throw UsageError("this command takes no " + origin + "; see its --help");
        if (option->kind == ValueKind::Flag)
            add(layer, *option, equals == std::string::npos ? "true" : word.substr(equals + 1), origin);
        else if (equals != std::string::npos)
            add(layer, *option, word.substr(equals + 1), origin);
        else if (at_ < words_.size() && words_[at_] != "--")
            add(layer, *option, words_[at_++], origin);
        else
            throw UsageError(origin + " needs a value: " + origin + ' ' + std::string(option->example));
    }

    void readWord(Resolved& resolved, const std::string& word) const
    {
        if (command_ == Run)
            throw UsageError("\"" + escaped(word) +
                             "\" is no option; PROGRAM and its ARGS stand behind --: baton run … -- " + escaped(word));
        const bool takesWords = (command_ & (Decode | Diff | Patch | Keygen | Sign | Verify)) != 0 ||
                                (command_ == Approve && resolved.rest.empty());
        if (!takesWords) throw UsageError("this command takes no \"" + escaped(word) + "\"; see its --help");
        resolved.rest.push_back(word);
    }

    Command command_;
    const std::vector<std::string>& words_;
    std::size_t at_ = 0;
};

/// What the places say, weakest first: those of the file, then those of --define.
struct Said {
    Layer all;
    Sections sections;
};

/// --define: keys of the file, said on the command line.
Said definitions(const Layer& line)
{
    Said said;
    const auto found = line.find("define");
    if (found == line.end()) return said;
    for (const auto& value : found->second) {
        const auto equals = value.text.find('=');
        const auto key = value.text.substr(0, equals);
        const auto text = value.text.substr(equals + 1);
        const auto origin = "--define " + key;
        if (key.starts_with(SectionPrefix)) {
            addToSection(said.sections, key, text, origin);
            continue;
        }
        const auto* const option = findOption(key);
        if (option == nullptr || option->commands == Section) refuseUnknownKey(key, origin);
        if (!option->repeatable) said.all.erase(key); // The last one holds.
        addList(said.all, *option, text, origin);
    }
    return said;
}

/// BATON_* that are no option (BATON_ROLE, …) are others' business.
Layer fromEnvironment(const char* const* environment)
{
    Layer layer;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        const auto equals = entry.find('=');
        if (!entry.starts_with("BATON_") || equals == std::string_view::npos) continue;
        for (const auto& option : optionTable()) {
            const auto name = environmentName(option);
            if (entry.substr(0, equals) == name && option.commands != Section)
                addList(layer, option, std::string(entry.substr(equals + 1)), name);
        }
    }
    return layer;
}

[[noreturn]] void refuseOutside(std::string_view name, const std::string& origin)
{
    throw UsageError(escaped(origin) + " stands in the section of a program; for example program.web." +
                     std::string(name));
}

Said fromFile(const std::string& path, const ConfigReader& readConfig)
{
    Said said;
    if (path.empty()) return said;
    for (const auto& [key, text, line] : readConfig(path)) {
        const auto origin = path + (line > 0 ? ", line " + std::to_string(line) : std::string()) + ": " + key;
        if (key.starts_with(SectionPrefix)) {
            addToSection(said.sections, key, text, origin);
            continue;
        }
        const auto* const option = findOption(key);
        if (option != nullptr && option->commands == Section) refuseOutside(key, origin);
        if (option == nullptr || key == "config" || key == "define" || key == "program") refuseUnknownKey(key, origin);
        addList(said.all, *option, text, origin);
    }
    return said;
}

std::string configPath(const Layer& line, const Layer& environment)
{
    for (const auto* layer : {&line, &environment})
        if (const auto found = layer->find("config"); found != layer->end()) return found->second.back().text;
    return {};
}

/// The layers that say something, weakest first.
using Order = std::vector<const Layer*>;

/// What the strongest of them says of each option that is among `commands`.
Values merged(unsigned commands, const Order& layers)
{
    Values values;
    for (const auto& option : optionTable()) {
        if ((option.commands & commands) == 0) continue;
        const std::string name(option.name);
        if (!option.otherwise.empty()) values.set(name, {{std::string(option.otherwise), "default"}});
        for (const auto* layer : layers)
            if (const auto found = layer->find(name); found != layer->end()) values.set(name, found->second);
    }
    return values;
}

/// Without what a program has for itself.
Layer forAll(Layer layer)
{
    std::erase_if(layer, [](const auto& said) { return !holdsForAll(*findOption(said.first)); });
    return layer;
}

std::vector<ProgramSection> programsOf(const Said& file, const Said& defined, const Layer& around, const Layer& line)
{
    for (const auto& [name, layer] : defined.sections)
        if (file.sections.count(name) == 0)
            throw UsageError(escaped(layer.begin()->second.front().origin) + ": --config has no program " + name);
    for (const auto* layer : {&file.all, &around, &defined.all, &line}) refuseForAll(*layer, file.sections);
    const auto below = forAll(file.all);
    const auto beside = forAll(around);
    const auto above = forAll(defined.all);
    const auto strongest = forAll(line);
    std::vector<ProgramSection> programs;
    for (const auto& [name, layer] : file.sections) {
        const auto found = defined.sections.find(name);
        const auto own = found == defined.sections.end() ? Layer() : found->second;
        programs.push_back({name, merged(Run | Section, {&below, &layer, &beside, &above, &own, &strongest}), {}});
    }
    return programs;
}

void takeCommand(ProgramSection& program)
{
    const auto text = program.values.text("command");
    auto split = splitWords(text);
    if (!split.fault.empty())
        throw UsageError(escaped(program.values.origin("command")) + ": \"" + escaped(text) + "\" " + split.fault);
    program.command = std::move(split.words);
}

void checkAlone(const Resolved& resolved, const std::string& path)
{
    if (resolved.rest.empty()) return;
    throw UsageError(escaped(path) + " has sections of programs, each with its own command; so no PROGRAM stands " +
                     "behind --: leave " + escaped(resolved.rest.front()) + " out, or the sections");
}

/// `check` asks for one program.
void choose(Resolved& resolved, const std::string& path)
{
    const auto name = resolved.values.text("program");
    const auto& programs = resolved.programs;
    const auto found =
        std::find_if(programs.begin(), programs.end(), [&](const auto& one) { return one.name == name; });
    if (found == programs.end()) {
        std::string names;
        for (const auto& one : programs) names += (names.empty() ? "" : ", ") + one.name;
        throw UsageError(name.empty() ? escaped(path) + " has several programs; say which by --program: " + names
                                      : escaped(path) + " has no program " + escaped(name) + "; it has " + names);
    }
    const auto json = resolved.values.text("json");
    resolved.values = found->values;
    if (!json.empty()) resolved.values.set("json", {{json, "--json"}});
}

} // namespace

Resolved resolve(Command command, const std::vector<std::string>& arguments, const char* const* environment,
                 const ConfigReader& readConfig)
{
    Resolved resolved;
    Layer line;
    Words(command, arguments).read(line, resolved);
    if (resolved.help) return resolved;

    const auto defined = definitions(line);
    const auto around = fromEnvironment(environment);
    const auto path = configPath(line, around);
    Said file;
    try {
        file = fromFile(path, readConfig);
    } catch (const UsageError& error) {
        if (command != Doctor) throw;
        resolved.configFault = error.what();
    }
    resolved.values = merged(takenBy(command), {&file.all, &around, &defined.all, &line});
    if (command != Run && command != Check && command != Doctor) return resolved;
    resolved.programs = programsOf(file, defined, around, line);
    for (auto& program : resolved.programs) takeCommand(program);
    if (command != Check && !resolved.programs.empty()) checkAlone(resolved, path);
    if (command == Check && !resolved.programs.empty()) choose(resolved, path);
    return resolved;
}

} // namespace baton::assemble
