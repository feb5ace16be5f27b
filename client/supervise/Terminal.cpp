#include "client/supervise/Terminal.h"

#include "client/os/ProcessTable.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

namespace baton::supervise {
namespace {

bool goesIntoPipe(int fd)
{
    struct stat about {};
    return ::fstat(fd, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode));
}

// Whether nobody above us does job control: no ancestor of our session stands outside our group.
bool isOrphaned()
{
    const auto group = ::getpgrp();
    auto pid = ::getppid();
    while (pid > 1 && ::getpgid(pid) == group) pid = os::parentOf(pid).value_or(0);
    return pid <= 0 || ::getsid(pid) != ::getsid(0) || ::getpgid(pid) == group;
}

// The others of our group were stopped by it; we read it as an event when we are continued, unless it goes now.
void forgetPendingStop()
{
    sigset_t stop;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTSTP);
    constexpr timespec Now{};
    while (::sigtimedwait(&stop, nullptr, &Now) > 0) {
    }
}

} // namespace

Terminal::Terminal()
{
    const bool isInput = ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) >= 0; // The latter: our own.
    if (!isInput) opened_ = os::UniqueFd(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    fd_ = isInput ? STDIN_FILENO : opened_.get();
    atOnce_ = isInput && !goesIntoPipe(STDOUT_FILENO);
}

Terminal::~Terminal()
{
    if (isHeld()) setForeground(::getpgrp());
}

bool Terminal::isOurs() const { return fd_ >= 0 && ::tcgetpgrp(fd_) == ::getpgrp(); }

int Terminal::offer() const { return atOnce_ && (isHeld() || isOurs()) ? fd_ : -1; }

void Terminal::setForeground(pid_t group) const
{
    sigset_t background;
    sigset_t before;
    ::sigemptyset(&background);
    ::sigaddset(&background, SIGTTOU); // A background group is stopped for this call unless it blocks it.
    ::sigprocmask(SIG_BLOCK, &background, &before);
    ::tcsetpgrp(fd_, group);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

void Terminal::passTo(pid_t leader)
{
    const auto group = ::getpgid(leader);
    if (group <= 0 || (!isHeld() && offer() < 0)) return;
    setForeground(group);
    taken(group);
    ::kill(-group, SIGCONT);
}

void Terminal::followStop(pid_t leader)
{
    siginfo_t info{};
    if (fd_ < 0 || ::waitid(P_PID, static_cast<id_t>(leader), &info, WSTOPPED | WNOHANG) != 0 || info.si_pid == 0)
        return;
    const auto group = ::getpgid(leader);
    const bool wantsTerminal = info.si_status == SIGTTIN || info.si_status == SIGTTOU;
    if (wantsTerminal && isOurs()) {
        setForeground(group);
        taken(group);
        ::kill(-group, SIGCONT);
    } else if (!isOrphaned()) {
        suspend();
    } else if (info.si_status == SIGTSTP) {
        ::kill(-group, SIGCONT);
    }
}

void Terminal::suspend()
{
    if (fd_ < 0 || isOrphaned()) return;
    if (isHeld()) setForeground(::getpgrp());
    taken(0);
    ::kill(0, SIGTSTP); // Who else is in our group, such as the rest of a pipeline.
    forgetPendingStop();
    ::raise(SIGSTOP); // The shell's fg or bg continues us here, and SIGCONT is the next event.
}

void Terminal::resume(pid_t leader)
{
    if (!isHeld() && offer() >= 0) passTo(leader);
}

} // namespace baton::supervise
