#include "client/assemble/AskBaton.h"
#include "client/assemble/Places.h"
#include "client/assemble/Talk.h"
#include "client/assemble/UsageError.h"
#include "client/assemble/ValueCheck.h"
#include "client/core/Text.h"
#include "client/core/Timestamp.h"

#include <string>

namespace baton::assemble {

int approveCommand(const Resolved& resolved, const Terminal& terminal)
{
    const auto version = resolved.rest.empty() ? std::string() : resolved.rest.front();
    if (!version.empty() && !isVersionText(version))
        throw UsageError("\"" + escaped(version) + "\" is no version; for example baton approve 1.5.0");
    demand(socketToAsk(resolved.values), version.empty() ? "approve" : "approve " + version, "nothing was approved");
    return sayAccepted(resolved, terminal.out, "approved; baton status says how it goes on");
}

int holdCommand(const Resolved& resolved, const Terminal& terminal)
{
    const auto now = parseTimestamp(terminal.second()).value_or(WallTime());
    const auto until = momentOf(resolved.values.text("until"), now);
    if (until && *until <= now) throw UsageError("--until is over already; a hold ends in the future");
    const auto moment = until ? printTimestamp(*until) : std::string();
    demand(socketToAsk(resolved.values), moment.empty() ? "hold" : "hold " + moment, "nothing is held back");
    return sayAccepted(resolved, terminal.out,
                       "no release takes over until " + (moment.empty() ? std::string("baton resume") : moment));
}

int resumeCommand(const Resolved& resolved, const Terminal& terminal)
{
    demand(socketToAsk(resolved.values), "resume", "the hold was not ended");
    return sayAccepted(resolved, terminal.out, "updates go on");
}

} // namespace baton::assemble
