// What a signal does: to the programs as --on-signal says, and the end of a child to what it left behind.
#include "client/os/SignalSet.h"
#include "client/supervise/Supervisor.h"
#include "client/supervise/Terminal.h"

#include <signal.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace baton::supervise {

void Supervisor::listenToSignals()
{
    adoptOrphans();
    signals_ = std::make_unique<loop::Signals>(loop_, takenSignals(), [this](const auto& one) { signalled(one); });
}

void Supervisor::signalled(const loop::Arrived& arrived)
{
    const int number = arrived.signal.number;
    if (number == SIGCHLD) {
        sweepSoon();
        return;
    }
    if (saysALimit(number) && (arrived.fromKernel || arrived.fromUs)) {
        if (number == SIGXCPU) log_.error("SIGXCPU: Baton itself has had all its time of the processor (ulimit -t)");
        return; // A write that made a file too long fails, and says so; a line about it here would be the next one.
    }
    const auto rule = plan_.ruleOf(number);
    if (rule.action == SignalAction::Ignore)
        return log_.debug(os::nameOfSignal(number) + " is ignored, as --on-signal says");
    if (rule.action == SignalAction::Command) return obey(rule.command, number);
    Passed passed{arrived.signal, arrived.fromKernel}; // What the keyboard says is for all that run there.
    passed.signal.number = rule.as;
    if (rule.action == SignalAction::Stop) return stopAll(passed);
    for (const auto& program : programs_) {
        if (fates_.isOver(program->number())) continue;
        if (number == SIGTSTP)
            program->suspend();
        else if (number == SIGCONT)
            program->resume();
        else
            program->forward(passed);
    }
    if (number == SIGTSTP && isSeveral()) Terminal().suspend(); // Whose terminal it is, is nobody's alone.
}

void Supervisor::obey(const std::string& command, int number)
{
    log_.info(os::nameOfSignal(number) + ": " + command);
    const auto judge = [&](const std::string& program, const std::string& reply) {
        constexpr std::string_view Refused = "{\"error\":\"";
        if (!reply.starts_with(Refused)) return;
        const auto why = reply.substr(Refused.size(), reply.rfind('"') - Refused.size());
        log_.error((program.empty() ? "" : program + ": ") + command + " is refused: " + why);
    };
    if (command == "upgrade") return judge({}, upgradeSelf({})); // Of Baton, however many programs it has.
    for (const auto& program : programs_) judge(program->name(), answerOf(*program, command));
}

// At the end of the turn, when what they said at last was heard: who is the main process, for one.
void Supervisor::sweepSoon()
{
    sweep_ = loop_.after(Duration(0), [this] { sweep(); });
}

void Supervisor::sweep()
{
    const auto awaits = [this](pid_t pid) {
        return std::any_of(programs_.begin(), programs_.end(),
                           [pid](const auto& program) { return program->awaits(pid); });
    };
    sweepAdopted({[this](const Whose& whose) { return lives(whose); }, awaits});
    for (const auto& program : programs_) program->followTerminal();
}

bool Supervisor::lives(const Whose& whose) const
{
    return std::any_of(programs_.begin(), programs_.end(), [&](const auto& program) {
        return program->name() == whose.program && program->lives(whose.generation);
    });
}

} // namespace baton::supervise
