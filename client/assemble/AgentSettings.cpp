#include "client/assemble/AgentSettings.h"

#include "client/agent/Agent.h"
#include "client/assemble/Network.h"
#include "client/assemble/OptionTable.h"
#include "client/assemble/UsageError.h"
#include "client/core/Amounts.h"
#include "client/core/ProductVersion.h"
#include "client/core/Text.h"
#include "client/os/Account.h"
#include "client/os/Files.h"
#include "client/schedule/Openings.h"
#include "client/supervise/Settings.h"
#include "protocol/AppAttributes.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace baton::assemble {
namespace {

schedule::Openings openingsOf(const Values& values, const std::string& option)
{
    std::vector<schedule::Window> windows;
    try {
        for (const auto& text : values.all(option)) {
            const auto window = schedule::parseWindow(text);
            if (!window) throw std::runtime_error('"' + escaped(text) + "\" " + window.error().detail);
            windows.push_back(*window);
        }
        return {std::move(windows), schedule::systemZone(std::getenv("TZ"))};
    } catch (const std::runtime_error& error) {
        throw UsageError(values.origin(option) + ": " + error.what() + "; for example " +
                         std::string(findOption(option)->example));
    }
}

constexpr std::array<std::pair<std::string_view, source::Dialect>, 4> Dialects{{{"auto", source::Dialect::Auto},
                                                                                {"xml", source::Dialect::Xml},
                                                                                {"json3", source::Dialect::Json3},
                                                                                {"json4", source::Dialect::Json4}}};

source::Dialect dialectOf(std::string_view word)
{
    for (const auto& [name, dialect] : Dialects)
        if (name == word) return dialect;
    return source::Dialect::Auto;
}

// Tried on an app of no importance, so that a name that Omaha does not have is found before anything is asked.
std::vector<std::pair<std::string, std::string>> attributesOf(const Values& values)
{
    std::vector<std::pair<std::string, std::string>> attributes;
    protocol::AppRequest app;
    for (const auto& text : values.all("attribute")) {
        const auto equals = text.find('=');
        auto name = text.substr(0, equals);
        auto value = text.substr(equals + 1);
        if (name == "tttoken")
            throw UsageError("--attribute tttoken=…: it is a secret, which everybody on this machine could read here; "
                             "credentials come from --authorization-file");
        if (!sayAttribute(app, name, value))
            throw UsageError("--attribute " + escaped(text) +
                             ": Omaha's app has no such attribute of its own to set, or not with that value; one that "
                             "you invent begins with an underscore");
        attributes.emplace_back(std::move(name), std::move(value));
    }
    return attributes;
}

// Two of them are words to us as much as to the server.
void obeyAttributes(agent::Settings& settings)
{
    protocol::AppRequest app;
    auto& said = app.updatecheck.emplace();
    for (const auto& [name, value] : settings.attributes) (void)sayAttribute(app, name, value);
    settings.mayGoBack = said.rollbackAllowed.value_or(false);
    settings.mayBeSame = said.sameversionupdate.value_or(false);
}

constexpr std::uintmax_t LongestKey = 64 * 1024;

std::string textOfKey(const std::string& file)
try {
    auto pem = os::readWhole(file, LongestKey);
    if (!pem) throw UsageError("--cup-key: there is no file " + escaped(file), exitcode::NoInput);
    return *std::move(pem);
} catch (const std::system_error& error) {
    throw UsageError(std::string("--cup-key: ") + error.what() + "; check its path and mode", exitcode::NoInput);
}

protocol::CupKey cupKeyFrom(const std::string& file)
{
    const auto pem = textOfKey(file);
    try {
        return protocol::CupKey::publicKey(pem);
    } catch (const std::runtime_error& error) {
        throw UsageError("--cup-key " + escaped(file) + ": " + error.what(), exitcode::Data);
    }
}

// Some number their keys by a hash, which takes all 64 bits.
std::optional<std::uint64_t> keyIdOf(std::string_view text)
{
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

std::map<std::uint64_t, protocol::CupKey> cupKeysOf(const Values& values)
{
    std::map<std::uint64_t, protocol::CupKey> keys;
    for (const auto& text : values.all("cup-key")) {
        const auto colon = text.find(':');
        const auto id = keyIdOf(std::string_view(text).substr(0, colon));
        if (!id || colon == std::string::npos || colon + 1 == text.size())
            throw UsageError("--cup-key " + escaped(text) + " is not ID:FILE, for example --cup-key " +
                             std::string(findOption("cup-key")->example));
        if (!keys.try_emplace(*id, cupKeyFrom(text.substr(colon + 1))).second)
            throw UsageError("--cup-key " + std::to_string(*id) + " is given twice; each needs an id of its own");
    }
    return keys;
}

std::vector<agent::OtherApp> othersOf(const Values& values)
{
    std::vector<agent::OtherApp> others;
    for (const auto& text : values.all("also-app")) {
        const auto equals = text.find('=');
        agent::OtherApp other{text.substr(0, equals), text.substr(equals + 1)};
        const bool isTwice = std::any_of(others.begin(), others.end(), [&](const agent::OtherApp& one) {
            return one.name == other.name || one.id == other.id;
        });
        if (isTwice || other.id == values.text("app-id"))
            throw UsageError("--also-app " + escaped(text) + ": that name or app is there already");
        others.push_back(std::move(other));
    }
    return others;
}

} // namespace

agent::Settings agentSettings(const Values& values, const std::filesystem::path& stateDirectory)
{
    agent::Settings settings;
    settings.server = values.text("server");
    settings.appId = values.text("app-id");
    settings.track = values.text("track");
    settings.dialect = dialectOf(values.text("protocol"));
    settings.attributes = attributesOf(values);
    obeyAttributes(settings);
    settings.cupKeys = cupKeysOf(values);
    settings.others = othersOf(values);
    settings.stateDirectory = stateDirectory;
    settings.fallbackVersion = values.text("app-version");
    if (values.has("parallel-downloads"))
        settings.parallelDownloads = static_cast<int>(parseNumber(values.text("parallel-downloads")).value());
    if (values.has("bandwidth")) settings.bytesPerSecond = parseRate(values.text("bandwidth")).value();
    settings.network = networkSettings(values, environ);
    if (values.has("interval")) settings.interval = values.duration("interval");
    if (values.has("jitter")) settings.jitter = values.duration("jitter");
    settings.handOffWindows = openingsOf(values, "window");
    settings.checkWindows = openingsOf(values, "check-window");
    settings.needsApproval = values.text("approve") == "manual";
    return settings;
}

std::optional<os::Account> agentAccount(const Values& values)
{
    constexpr const char* Usual = "baton";
    const bool isSaid = values.has("agent-user");
    const auto name = isSaid ? values.text("agent-user") : Usual;
    if (!isSaid && ::geteuid() != 0) return std::nullopt;
    const auto account = os::findAccount(name);
    if (!account && isSaid)
        throw UsageError(values.origin("agent-user") + ": there is no user " + escaped(name) +
                         " on this system; make one (adduser --system --group " + Usual + ')');
    if (isSaid && ::geteuid() != 0 && account->user != ::geteuid())
        throw UsageError(values.origin("agent-user") +
                         ": only root can give the agent another user; leave it out, or start Baton as root");
    return account && account->user != ::geteuid() ? account : std::nullopt;
}

agent::Settings ownAgentSettings(const Values& values, const std::filesystem::path& stateDirectory)
{
    auto settings = agentSettings(values, stateDirectory / supervise::OwnStore);
    settings.appId = values.text("self-app-id");
    settings.track = values.text("self-track");
    settings.attributes.clear();
    obeyAttributes(settings);
    settings.others.clear();
    settings.fallbackVersion = productVersion();
    settings.machineFile = agent::machineFileIn(stateDirectory);
    settings.needsApproval = false;
    return settings;
}

} // namespace baton::assemble
