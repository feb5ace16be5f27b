#include "client/assemble/Talk.h"

#include "client/assemble/AskBaton.h"
#include "client/assemble/Histories.h"
#include "client/assemble/Places.h"
#include "client/assemble/UsageError.h"
#include "client/control/Status.h"

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace baton::assemble {
namespace {

std::vector<control::NamedStatus> statusesOf(const Baton& baton)
try {
    const auto answer = askBaton(baton, "status");
    refuseError(answer);
    return control::parseStatuses(answer);
} catch (const std::runtime_error& error) {
    if (dynamic_cast<const UsageError*>(&error) != nullptr) throw;
    throw UsageError(std::string("the answer is no status of Baton's: ") + error.what(), exitcode::Unavailable);
}

/// Of one program: the only one, or the one that is named.
control::Status statusOf(const Baton& baton) { return statusesOf(baton).front().status; }

int exitCodeOf(store::Outcome outcome)
{
    switch (outcome) {
    case store::Outcome::Committed: return exitcode::Ok;
    case store::Outcome::RolledBack: return exitcode::Software;
    case store::Outcome::Refused: return exitcode::Data;
    case store::Outcome::Failed: return exitcode::Temporary;
    }
    return exitcode::Temporary;
}

std::string describe(const store::HistoryLine& line)
{
    auto text = std::string(name(line.outcome)) + ' ' + line.key.version;
    if (!line.from.empty()) text += ", from " + line.from;
    return line.reason.empty() ? text : text + ": " + line.reason;
}

/// Follows one update from outside, by looking again and again.
class Follower {
public:
    Follower(Baton baton, const Terminal& terminal) : baton_(std::move(baton)), terminal_(terminal) {}

    /// Before the update is asked for: what must be left behind to be something new.
    void remember()
    {
        lines_ = askHistory(baton_).end();
        lastCheck_ = statusOf(baton_).lastCheck;
        // The status has whole seconds: a check in the same one could not be told from the last.
        while (lastCheck_ == terminal_.second()) terminal_.pause();
    }

    /// The history line that ended it, or nothing if there was nothing new.
    int wait(bool json)
    {
        for (;; terminal_.pause()) {
            const auto status = statusOf(baton_); // Before the history: so a line that ends the work is not missed.
            const auto history = askHistory(baton_);
            if (history.end() > lines_ && !history.lines.empty()) return finish(history.lines.back(), json);
            if (status.waiting && status.lastCheck != lastCheck_)
                return finishWithout("it waits: " + status.waiting->reason, json, exitcode::Temporary);
            if (isIdle(status) && status.lastCheck != lastCheck_) {
                if (status.lastCheckResult.starts_with("noupdate"))
                    return finishWithout("nothing is new", json, exitcode::Ok);
                if (status.lastCheckResult.starts_with("deferred"))
                    return finishWithout("put off: " + status.lastCheckResult, json, exitcode::Temporary);
                if (!status.lastCheckResult.starts_with("update"))
                    return finishWithout("the check failed: " + status.lastCheckResult, json, exitcode::Temporary);
            }
            show(status);
        }
    }

private:
    static bool isIdle(const control::Status& status)
    {
        return !status.attempt && !status.candidate && (status.state == "serving" || status.state == "empty");
    }

    void show(const control::Status& status)
    {
        if (!terminal_.showsProgress) return;
        std::string text = status.state;
        if (status.attempt)
            text = status.attempt->version + ' ' + status.attempt->stage + ' ' + std::to_string(status.attempt->bytes) +
                   " of " + std::to_string(status.attempt->size) + " bytes";
        else if (status.candidate)
            text = status.candidate->version + ' ' + status.state;
        if (text == shown_) return;
        terminal_.err << "baton: " << text << '\n' << std::flush;
        shown_ = text;
    }

    int finish(const store::HistoryLine& line, bool json) const
    {
        terminal_.out << (json ? print(line) : describe(line)) << '\n';
        return exitCodeOf(line.outcome);
    }

    int finishWithout(const std::string& sentence, bool json, int exitCode) const
    {
        terminal_.out << (json ? nlohmann::json{{"outcome", nullptr}, {"reason", sentence}}.dump() : sentence) << '\n';
        return exitCode;
    }

    Baton baton_;
    const Terminal& terminal_;
    std::int64_t lines_ = 0; ///< of the history, counted from the first that ever was
    std::string lastCheck_;
    std::string shown_;
};

} // namespace

int statusCommand(const Resolved& resolved, const Terminal& terminal)
{
    const auto all = statusesOf(batonMeantBy(resolved));
    const bool isSeveral = all.empty() || !all.front().program.empty();
    if (resolved.values.isOn("json")) {
        terminal.out << (isSeveral ? print(all) : print(all.front().status)) << '\n';
        return exitcode::Ok;
    }
    for (const auto& [program, status] : all)
        terminal.out << (isSeveral ? "program     " + program + '\n' : std::string()) << control::describe(status)
                     << (isSeveral && &status != &all.back().status ? "\n" : "");
    return exitcode::Ok;
}

int updateCommand(const Resolved& resolved, const Terminal& terminal)
{
    const auto baton = batonMeantBy(resolved);
    const bool json = resolved.values.isOn("json");
    Follower follower(baton, terminal);
    if (resolved.values.isOn("wait")) follower.remember();
    demand(baton, "update", "Baton will not check now");
    if (resolved.values.isOn("wait")) return follower.wait(json);
    return sayAccepted(resolved, terminal.out, "the check is on its way; baton status says how it goes");
}

} // namespace baton::assemble
