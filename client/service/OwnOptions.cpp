#include "client/service/OwnOptions.h"

#include <string>
#include <string_view>

namespace baton::service {
namespace {

constexpr std::string_view TryOut = "try";
constexpr std::string_view Token = "token";
constexpr std::string_view AppVersion = "app-version";
constexpr std::string_view Initial = "initial"; // The first release is this very executable.
constexpr std::string_view OwnApp = "self-";    // … and Baton is a part of it.

} // namespace

std::vector<assemble::Option> ownOptions()
{
    std::vector<assemble::Option> options;
    for (auto option : assemble::optionTable()) {
        if ((option.commands & assemble::Run) == 0 || option.name == Initial || option.name.starts_with(OwnApp))
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
