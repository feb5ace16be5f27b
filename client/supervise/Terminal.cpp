#include "client/supervise/Terminal.h"

#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

namespace baton::supervise {

Terminal::Terminal()
{
    if (::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp()) fd_ = STDIN_FILENO;
}

Terminal::~Terminal() { giveTo(::getpgrp()); }

void Terminal::giveTo(pid_t group) const
{
    if (fd_ < 0) return;
    sigset_t background;
    sigset_t before;
    ::sigemptyset(&background);
    ::sigaddset(&background, SIGTTOU); // A background group is stopped for this call unless it blocks it.
    ::sigprocmask(SIG_BLOCK, &background, &before);
    ::tcsetpgrp(fd_, group);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

void Terminal::followStop(pid_t leader) const
{
    siginfo_t info{};
    if (fd_ < 0 || ::waitid(P_PID, static_cast<id_t>(leader), &info, WSTOPPED | WNOHANG) != 0 || info.si_pid == 0)
        return;
    giveTo(::getpgrp());
    ::raise(SIGSTOP); // The shell's fg continues us here.
    giveTo(leader);
    ::kill(-leader, SIGCONT);
}

} // namespace baton::supervise
