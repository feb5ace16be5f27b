#include "client/service/BatonRoles.h"

#include "client/assemble/Places.h"
#include "client/assemble/Roles.h"
#include "client/assemble/Run.h"
#include "client/assemble/Supervise.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/TakeOver.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/service/OwnOptions.h"
#include "client/service/Role.h"

#include <cstdlib>
#include <string_view>

namespace baton::service {
namespace {

constexpr std::string_view TakeOverRole = "take-over";

void refusePlaceholders(const std::vector<std::string>& words)
{
    for (const auto& word : words)
        if (word.find("{release}") != std::string::npos)
            throw assemble::UsageError(escaped(word) +
                                       ": the releases of a self-updating program are executables and no directories; "
                                       "such programs are run by `baton run`");
}

} // namespace

int playBehindTheScenes(const std::vector<std::string>& typed)
{
    if (const char* role = std::getenv(assemble::RoleVariable); role != nullptr && role == TakeOverRole)
        nameSupervisor();
    if (const auto exitCode = assemble::runTakeOver([](const auto&) { return assemble::ownExecutable(); }))
        return *exitCode;
    if (const auto exitCode = assemble::runRole(typed)) return *exitCode;
    throw assemble::UsageError("BATON_ROLE names no role of Baton's; only Baton itself sets it");
}

int supervise(assemble::Resolved resolved, const std::vector<std::string>& words)
{
    refusePlaceholders(words);
    if (!resolved.programs.empty())
        throw assemble::UsageError("the configuration has sections of programs, and a self-updating program is one; " +
                                   std::string("baton run --config FILE runs several"));
    if (resolved.values.has("self-app-id"))
        throw assemble::UsageError(resolved.values.origin("self-app-id") +
                                   ": this program carries Baton in it, and is updated with it; `baton upgrade-self` "
                                   "has its current release take over");
    const auto executable = assemble::ownExecutable();
    resolved.rest = {executable.string()}; // Not as typed: these very bytes are the first release.
    resolved.rest.insert(resolved.rest.end(), words.begin(), words.end());
    applyOwnDefaults(resolved.values);

    return assemble::startWhereAsked(resolved, executable, [](assemble::Prepared prepared) {
        nameSupervisor();
        for (auto& lock : prepared.locks) prepared.handed.lock = lock.release();
        return assemble::superviseHere(prepared.handed, prepared.settings.get());
    });
}

} // namespace baton::service
