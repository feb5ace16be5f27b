#include "client/assemble/ConfigFile.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Files.h"

#include <Poco/AutoPtr.h>
#include <Poco/Exception.h>
#include <Poco/Util/IniFileConfiguration.h>
#include <Poco/Util/JSONConfiguration.h>
#include <Poco/Util/PropertyFileConfiguration.h>
#include <Poco/Util/XMLConfiguration.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <system_error>

namespace baton::assemble {
namespace {

using Poco::Util::AbstractConfiguration;
using Configuration = Poco::AutoPtr<AbstractConfiguration>;

std::string textOf(const std::string& path)
try {
    auto text = os::readWhole(path);
    if (!text)
        throw UsageError("the configuration file " + escaped(path) + " is not there; check --config",
                         exitcode::NoInput);
    return *text;
} catch (const std::system_error& error) {
    throw UsageError(std::string("the configuration file cannot be read: ") + error.what() +
                         "; check --config and its mode",
                     exitcode::NoInput);
}

Configuration parse(const std::string& path, const std::string& said)
{
    std::istringstream text(said);
    if (path.ends_with(".properties")) return new Poco::Util::PropertyFileConfiguration(text);
    if (path.ends_with(".xml")) return new Poco::Util::XMLConfiguration(text);
    if (path.ends_with(".json")) return new Poco::Util::JSONConfiguration(text);
    if (path.ends_with(".ini")) return new Poco::Util::IniFileConfiguration(text);
    throw UsageError("the configuration file " + escaped(path) +
                     " has no form that is known by its name; it ends in .properties, .ini, .xml or .json");
}

bool isPartOfAKey(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-' || letter == '_' || letter == '.';
}

/// Whether a line names the key as each form does: `key =`, `key:`, `"key":`, `<key>`, `<key attribute`.
bool names(std::string_view line, std::string_view key)
{
    constexpr std::string_view Blanks = " \t\r";
    for (auto at = line.find(key); at != line.npos; at = line.find(key, at + 1)) {
        const auto before = line.substr(0, at);
        auto behind = line.substr(at + key.size());
        if (before.ends_with('<') && !behind.empty() && !isPartOfAKey(behind.front())) return true;
        if (before.ends_with('"') != behind.starts_with('"')) continue;
        if (behind.starts_with('"'))
            behind.remove_prefix(1);
        else if (before.find_first_not_of(Blanks) != before.npos)
            continue;
        behind.remove_prefix(std::min(behind.find_first_not_of(Blanks), behind.size()));
        if (behind.starts_with('=') || behind.starts_with(':')) return true;
    }
    return false;
}

/// Poco does not say where a key stands. Where two lines could be meant, neither is named: 0.
int lineOf(std::string_view text, const std::string& key)
{
    const auto last = std::string_view(key).substr(key.rfind('.') + 1);
    int found = 0;
    int number = 0;
    for (const auto line : split(text, '\n')) {
        ++number;
        if (!names(line, key) && !names(line, last)) continue;
        if (found > 0) return 0;
        found = number;
    }
    return found;
}

/// "listen[1]" is the second "listen".
std::string withoutIndex(const std::string& key) { return key.ends_with(']') ? key.substr(0, key.rfind('[')) : key; }

/// [program web] and [program.web] of a .ini file are the same section.
std::string withDots(const std::string& key)
{
    constexpr std::string_view WithBlank = "program ";
    return key.starts_with(WithBlank) ? "program." + key.substr(WithBlank.size()) : key;
}

void collect(const AbstractConfiguration& configuration, const std::string& prefix, ConfigEntries& entries)
{
    AbstractConfiguration::Keys keys;
    configuration.keys(prefix, keys);
    if (keys.empty() && !prefix.empty())
        entries.push_back({withDots(withoutIndex(prefix)), configuration.getRawString(prefix, "")});
    for (const auto& key : keys) collect(configuration, prefix.empty() ? key : prefix + '.' + key, entries);
}

/// A JSON array of words is given by Poco as one key, whose text is the array.
ConfigEntries entriesOf(const AbstractConfiguration& configuration)
{
    ConfigEntries found;
    collect(configuration, {}, found);
    ConfigEntries entries;
    for (auto& [key, text, line] : found) {
        if (!text.starts_with('[') || !configuration.has(key + "[0]")) {
            entries.push_back({key, text, line});
            continue;
        }
        for (int i = 0; configuration.has(key + '[' + std::to_string(i) + ']'); ++i)
            entries.push_back({key, configuration.getRawString(key + '[' + std::to_string(i) + ']'), line});
    }
    return entries;
}

} // namespace

ConfigEntries readConfigFile(const std::string& path)
try {
    const auto text = textOf(path);
    const auto configuration = parse(path, text);
    auto entries = entriesOf(*configuration);
    for (auto& entry : entries) entry.line = lineOf(text, entry.key);
    return entries;
} catch (const Poco::Exception& error) {
    throw UsageError("the configuration file " + escaped(path) + " is damaged: " + escaped(error.displayText()));
}

} // namespace baton::assemble
