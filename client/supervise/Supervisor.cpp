#include "client/supervise/Supervisor.h"

#include "client/control/ControlServer.h"
#include "client/loop/Signals.h"
#include "client/os/SystemClock.h"
#include "client/supervise/Adopted.h"
#include "client/supervise/CannotStart.h"
#include "client/supervise/Program.h"
#include "client/supervise/ServiceManager.h"
#include "client/supervise/ServiceWatchdog.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

// All that a person or a process manager may send and that means nothing to the kernel's own business. SIGCHLD,
// SIGCONT, SIGTSTP and the terminal's own are left to the kernel; SIGKILL and SIGSTOP cannot be had.
std::vector<int> forwardedSignals()
{
    std::vector<int> numbers{SIGTERM,  SIGINT, SIGQUIT, SIGHUP,    SIGUSR1, SIGUSR2, SIGALRM,
                             SIGWINCH, SIGIO,  SIGPWR,  SIGVTALRM, SIGPROF, SIGURG};
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) numbers.push_back(number);
    return numbers;
}

bool endsUs(int signal) { return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT; }

constexpr int CannotCreate = 73; // EX_CANTCREAT

std::unique_ptr<control::ControlServer> openControl(loop::EventLoop& loop, const std::filesystem::path& socket,
                                                    control::ControlServer::Handler handler)
try {
    return std::make_unique<control::ControlServer>(loop, socket, std::move(handler));
} catch (const std::exception& error) { // Also a path that is too long.
    throw CannotStart(std::string(error.what()) + "; baton status asks there: say another --control", CannotCreate);
}

/// The process: what there is one of, however many programs there are.
class Supervisor : private ProgramWatcher {
public:
    Supervisor(const Settings& settings, Log& log);

    int run();

private:
    void ended(int number, int exitCode) override;

    void signalled(int number);
    bool lives(int generation) const;
    std::string answer(const std::string& command);

    const Settings& settings_;
    os::SystemClock clock_;
    loop::EventLoop loop_{clock_};
    ServiceManager manager_;
    std::vector<std::unique_ptr<Program>> programs_; // by their numbers
    std::size_t endedPrograms_ = 0;
    std::unique_ptr<loop::Signals> signals_;
    std::unique_ptr<control::ControlServer> control_;
    int exitCode_ = 0;
};

Supervisor::Supervisor(const Settings& settings, Log& log) : settings_(settings)
{
    const ProgramWorld world{loop_, log, clock_, manager_, *this};
    programs_.push_back(std::make_unique<Program>(world, settings_, 0));
}

int Supervisor::run()
{
    auto numbers = forwardedSignals();
    numbers.push_back(SIGCHLD);
    adoptOrphans();
    signals_ = std::make_unique<loop::Signals>(loop_, numbers, [this](int number) { signalled(number); });
    control_ =
        openControl(loop_, settings_.controlSocket, [this](const std::string& command) { return answer(command); });
    for (const auto& program : programs_) program->start();
    const ServiceWatchdog watchdog(loop_);
    loop_.run();
    for (const auto& program : programs_) program->endAgent();
    endAdopted();
    return exitCode_;
}

void Supervisor::signalled(int number)
{
    if (number == SIGCHLD) {
        sweepAdopted([this](int generation) { return lives(generation); });
        for (const auto& program : programs_) program->followTerminal();
        return;
    }
    for (const auto& program : programs_) {
        if (endsUs(number))
            program->stop(number);
        else
            program->forward(number);
    }
}

bool Supervisor::lives(int generation) const
{
    return std::any_of(programs_.begin(), programs_.end(),
                       [generation](const auto& program) { return program->lives(generation); });
}

void Supervisor::ended(int number, int exitCode)
{
    if (number == 0) exitCode_ = exitCode;
    if (++endedPrograms_ == programs_.size()) loop_.stop();
}

std::string Supervisor::answer(const std::string& command) { return programs_.front()->answer(command); }

} // namespace

int run(const Settings& settings, Log& log, os::UniqueFd lock)
{
    const auto code = Supervisor(settings, log).run();
    lock.reset();
    return code;
}

} // namespace baton::supervise
