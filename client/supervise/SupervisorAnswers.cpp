// The control socket: whom a command is for, and what is answered.
#include "client/control/Status.h"
#include "client/supervise/Supervisor.h"

#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace baton::supervise {
namespace {

constexpr int Unavailable = 69; // EX_UNAVAILABLE

constexpr std::string_view UpgradeCommand = "upgrade-self";

std::string refusal(const std::string& sentence) { return print(ReloadReport{sentence, {}, {}}); }

} // namespace

std::string Supervisor::answer(const std::string& line)
{
    constexpr std::string_view Prefix = "program ";
    if (line == "upgraded") return upgrade_.result();
    if (line == UpgradeCommand) return upgradeSelf({});
    if (line.starts_with(std::string(UpgradeCommand) + ' ')) return upgradeSelf(line.substr(UpgradeCommand.size() + 1));
    if (!isSeveral()) return answerOf(*programs_.front(), line);
    if (line == "status") return statusOfAll();
    if (!line.starts_with(Prefix)) {
        if (programs_.size() == 1) return answerOf(*programs_.front(), line);
        std::string names;
        for (const auto& program : programs_) names += (names.empty() ? "" : ", ") + program->name();
        return "{\"error\":\"this Baton runs several programs: " + names +
               "; say which by --program\",\"usage\":true}\n";
    }
    const auto blank = line.find(' ', Prefix.size());
    const auto name = line.substr(Prefix.size(), blank == std::string::npos ? blank : blank - Prefix.size());
    for (const auto& program : programs_)
        if (program->name() == name)
            return answerOf(*program, blank == std::string::npos ? std::string() : line.substr(blank + 1));
    return "{\"error\":\"this Baton has no program of that name; baton status lists all\",\"usage\":true}\n";
}

std::string Supervisor::answerOf(Program& program, const std::string& command)
{
    if (!fates_.isOver(program.number())) {
        auto answer = program.answer(command);
        if (own_ && command == "update") own_->check();
        if (own_ && &program == programs_.front().get()) own_->follow(program.hold());
        return answer;
    }
    if (command == "status" || command == "history") return program.answer(command);
    if (command == "restart" && !stops_) return startAnew(program.number());
    return refusal("it has ended for good; baton restart --program " + program.name() + " starts it again");
}

// Of a program that carries Baton in it, the release that runs brings the Baton to take over.
std::string Supervisor::upgradeSelf(const std::string& path)
{
    const auto usual = settings_.isOneExecutable ? programs_.front()->currentExecutable() : settings_.executable;
    return SelfUpgrade::answer(upgrade_.begin(path.empty() ? usual : std::filesystem::path(path)));
}

std::string Supervisor::statusOfAll() const
{
    std::vector<control::NamedStatus> all;
    for (const auto& program : programs_) all.push_back({program->name(), program->status()});
    return print(all) + '\n';
}

// Whatever goes wrong, there is one that answers, and it is over.
std::string Supervisor::startAnew(int number)
try {
    auto& program = programs_.at(static_cast<std::size_t>(number));
    const auto& settings = settings_.programs.at(static_cast<std::size_t>(number));
    log_.info("a person wants " + settings.name + " started again");
    letGo_.erase(number);
    program->letGo(); // First: it has what the next one opens.
    program = std::make_unique<Program>(world_, settings, program->inherited(), program->wantedListeners());
    fates_.revived(number);
    whyNotStarted_.clear();
    try {
        program->start();
    } catch (const std::exception& e) {
        cannotStart(number, CannotStart(e.what(), Unavailable));
    }
    if (!fates_.isOver(number)) return "{\"accepted\":true}\n";
    return refusal("it could not be started again: " + (whyNotStarted_.empty() ? "it ended at once" : whyNotStarted_));
} catch (const std::exception& e) {
    log_.error(std::string("it could not be started again: ") + e.what());
    programs_.at(static_cast<std::size_t>(number))->letGo(); // What the next one had begun to look after.
    return refusal("it could not be started again; see the log of this Baton");
}

} // namespace baton::supervise
