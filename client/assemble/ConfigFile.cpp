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

#include <sstream>
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

Configuration parse(const std::string& path)
{
    std::istringstream text(textOf(path));
    if (path.ends_with(".properties")) return new Poco::Util::PropertyFileConfiguration(text);
    if (path.ends_with(".xml")) return new Poco::Util::XMLConfiguration(text);
    if (path.ends_with(".json")) return new Poco::Util::JSONConfiguration(text);
    if (path.ends_with(".ini")) return new Poco::Util::IniFileConfiguration(text);
    throw UsageError("the configuration file " + escaped(path) +
                     " has no form that is known by its name; it ends in .properties, .ini, .xml or .json");
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
        entries.emplace_back(withDots(withoutIndex(prefix)), configuration.getRawString(prefix, ""));
    for (const auto& key : keys) collect(configuration, prefix.empty() ? key : prefix + '.' + key, entries);
}

/// A JSON array of words is given by Poco as one key, whose text is the array.
ConfigEntries entriesOf(const AbstractConfiguration& configuration)
{
    ConfigEntries found;
    collect(configuration, {}, found);
    ConfigEntries entries;
    for (auto& [key, text] : found) {
        if (!text.starts_with('[') || !configuration.has(key + "[0]")) {
            entries.emplace_back(key, text);
            continue;
        }
        for (int i = 0; configuration.has(key + '[' + std::to_string(i) + ']'); ++i)
            entries.emplace_back(key, configuration.getRawString(key + '[' + std::to_string(i) + ']'));
    }
    return entries;
}

} // namespace

ConfigEntries readConfigFile(const std::string& path)
try {
    const auto configuration = parse(path);
    return entriesOf(*configuration);
} catch (const Poco::Exception& error) {
    throw UsageError("the configuration file " + escaped(path) + " is damaged: " + escaped(error.displayText()));
}

} // namespace baton::assemble
