#include "client/service/OwnOptions.h"

#include "client/assemble/UsageError.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace baton::service {
namespace {

constexpr std::string_view TryOut = "try";
constexpr std::string_view Token = "token";
constexpr std::string_view AppVersion = "app-version";
constexpr std::string_view Initial = "initial"; // The first release is this very executable.
constexpr std::string_view OwnApp = "self-";    // … and Baton is a part of it.

constexpr std::array<std::string_view, 3> Refused{"daemon", "pidfile", "log-file"};

bool isRefused(std::string_view name) { return std::find(Refused.begin(), Refused.end(), name) != Refused.end(); }

} // namespace

void refuseBackground(const assemble::Values& values)
{
    for (const auto name : Refused)
        if (values.has(std::string(name)) && values.text(std::string(name)) != "false")
            throw assemble::UsageError(values.origin(std::string(name)) +
                                       ": this program stays in the foreground, so that whoever started it keeps hold "
                                       "of it; leave that to systemd or `baton run`");
}

std::vector<assemble::Option> ownOptions()
{
    std::vector<assemble::Option> options;
    for (auto option : assemble::optionTable()) {
        if ((option.commands & assemble::Run) == 0 || option.name == Initial || option.name.starts_with(OwnApp) ||
            isRefused(option.name))
            continue;
        if (option.name == TryOut) option.otherwise = Token;
        if (option.name == AppVersion) option.help = "version of this very executable";
        options.push_back(option);
    }
    return options;
}

void applyOwnDefaults(assemble::Values& values)
{
    const std::string name(TryOut);
    if (values.origin(name) == "default") values.set(name, {{std::string(Token), "default"}});
}

} // namespace baton::service
