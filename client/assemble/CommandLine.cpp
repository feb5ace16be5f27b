#include "client/assemble/CommandLine.h"

#include "client/assemble/UsageError.h"
#include "client/assemble/ValueCheck.h"
#include "client/core/Text.h"
#include "client/os/ListenAddress.h"

#include <string_view>

namespace baton::assemble {
namespace {

using Layer = std::map<std::string, std::vector<Value>>;

/// Knows where a word stands, so that each message can say it.
[[noreturn]] void refuseUnknown(std::string_view name, const std::string& origin)
{
    const auto nearest = nearestOption(name);
    throw UsageError("there is no option " + escaped(origin) +
                     (nearest.empty() ? "; --help lists all" : "; did you mean --" + std::string(nearest) + "?"));
}

void refuseUnlessItWorks(const Option& option, const std::string& origin)
{
    if (option.works) return;
    throw UsageError(escaped(origin) + " does not work in this version");
}

void checkValue(const Option& option, const std::string& text, const std::string& origin)
{
    refuseUnlessItWorks(option, origin);
    const auto fault = faultOf(option, text);
    if (fault.empty()) return;
    const bool saysExample = option.example.empty() || fault.find("for example") != std::string::npos;
    throw UsageError(escaped(origin) + ": \"" + escaped(text) + "\" " + fault +
                     (saysExample ? "" : "; for example " + std::string(option.example)));
}

void add(Layer& layer, const Option& option, std::string text, const std::string& origin)
{
    checkValue(option, text, origin);
    auto& values = layer[std::string(option.name)];
    if (!values.empty() && !option.repeatable)
        throw UsageError(escaped(origin) + " is given twice, as " + escaped(values.back().text) + " and " +
                         escaped(text) + "; once is enough");
    values.push_back({std::move(text), origin});
}

std::vector<std::string> partsOf(const Option& option, const std::string& text)
{
    if (option.kind == ValueKind::Listen) return os::splitListeners(text);
    // A window may have commas: Sat,Sun 02:00-05:00.
    const char separator = option.kind == ValueKind::Window ? ';' : ',';
    std::vector<std::string> parts;
    for (auto part : split(text, separator)) {
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        parts.emplace_back(part);
    }
    return parts;
}

void addList(Layer& layer, const Option& option, const std::string& text, const std::string& origin)
{
    if (!option.repeatable) return add(layer, option, text, origin);
    for (auto& part : partsOf(option, text)) add(layer, option, std::move(part), origin);
}

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
        refuseUnlessItWorks(*option, origin);
        if ((option->commands & command_) == 0)
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
        const bool takesWords = command_ == Decode || (command_ == Approve && resolved.rest.empty());
        if (!takesWords) throw UsageError("this command takes no \"" + escaped(word) + "\"; see its --help");
        resolved.rest.push_back(word);
    }

    Command command_;
    const std::vector<std::string>& words_;
    std::size_t at_ = 0;
};

/// --define: keys of the file, said on the command line.
Layer definitions(const Layer& line)
{
    Layer layer;
    const auto found = line.find("define");
    if (found == line.end()) return layer;
    for (const auto& value : found->second) {
        const auto equals = value.text.find('=');
        const auto key = value.text.substr(0, equals);
        const auto* const option = findOption(key);
        if (option == nullptr) refuseUnknown(key, "--define " + key);
        if (!option->repeatable) layer.erase(key); // The last one holds.
        addList(layer, *option, value.text.substr(equals + 1), "--define " + key);
    }
    return layer;
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
            if (entry.substr(0, equals) == name) addList(layer, option, std::string(entry.substr(equals + 1)), name);
        }
    }
    return layer;
}

Layer fromFile(const std::string& path, const ConfigReader& readConfig)
{
    Layer layer;
    if (path.empty()) return layer;
    for (const auto& [key, text] : readConfig(path)) {
        const auto origin = path + ": " + key;
        const auto* const option = findOption(key);
        if (option == nullptr || key == "config" || key == "define") refuseUnknown(key, origin);
        addList(layer, *option, text, origin);
    }
    return layer;
}

std::string configPath(const Layer& line, const Layer& environment)
{
    for (const auto* layer : {&line, &environment})
        if (const auto found = layer->find("config"); found != layer->end()) return found->second.back().text;
    return {};
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
    const auto file = fromFile(configPath(line, around), readConfig);
    for (const auto& option : optionTable()) {
        if ((option.commands & command) == 0) continue;
        const std::string name(option.name);
        if (!option.otherwise.empty()) resolved.values.set(name, {{std::string(option.otherwise), "default"}});
        for (const auto* layer : {&file, &around, &defined, &std::as_const(line)})
            if (const auto found = layer->find(name); found != layer->end()) resolved.values.set(name, found->second);
    }
    return resolved;
}

} // namespace baton::assemble
