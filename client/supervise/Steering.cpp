#include "client/supervise/Steering.h"

#include "client/core/Text.h"
#include "client/core/Timestamp.h"

#include <utility>

namespace baton::supervise {
namespace {

const std::string Accepted = "{\"accepted\":true}\n";

// `sentence` is ours and needs no escapes.
std::string refusal(const std::string& sentence) { return "{\"error\":\"" + sentence + "\"}\n"; }

} // namespace

Steering::Steering(Ledger& ledger, const Clock& clock, Log& log, std::function<void()> changed)
    : ledger_(ledger),
      clock_(clock),
      log_(log),
      changed_(std::move(changed))
{
}

std::optional<std::string> Steering::answer(const std::string& command, const std::string& offered)
{
    const auto blank = command.find(' ');
    const auto word = command.substr(0, blank);
    const auto rest = blank == std::string::npos ? std::string() : command.substr(blank + 1);
    if (word == "approve") return approve(rest.empty() ? offered : rest);
    if (word == "hold") return hold(rest);
    if (command == "resume") return resume();
    return std::nullopt;
}

std::string Steering::approve(const std::string& version)
{
    if (version.empty()) return refusal("nothing waits for an approval; baton approve VERSION approves one to come");
    if (!isVersionText(version)) return refusal("that is no version");
    log_.info("a person approves " + version);
    return record("approve " + version, [&](store::State& state) { state.approved = version; });
}

std::string Steering::hold(const std::string& until)
{
    if (!until.empty() && !parseTimestamp(until)) return refusal("that is no time of the form 2026-12-01T00:00:00Z");
    log_.info("a person holds updates back " + (until.empty() ? "until further notice" : "until " + until));
    return record("hold", [&](store::State& state) { state.hold = store::Hold{until}; });
}

std::string Steering::resume()
{
    log_.info("a person lets updates go on");
    return record("resume", [](store::State& state) { state.hold.reset(); });
}

std::string Steering::record(const std::string& step, const Ledger::Change& change)
{
    if (!ledger_.record(step, change)) return refusal("it could not be written down; see the log of this Baton");
    changed_();
    return Accepted;
}

std::optional<control::HoldStatus> Steering::hold() const
{
    const auto& held = ledger_.state().hold;
    if (!held) return std::nullopt;
    const auto until = parseTimestamp(held->until);
    if (until && *until <= clock_.wall()) return std::nullopt;
    return control::HoldStatus{held->until};
}

} // namespace baton::supervise
