#include "client/os/Process.h"

#include "client/os/Errors.h"
#include "client/os/NetworkFilter.h"
#include "client/os/ProcessTable.h"
#include "client/os/ReadOnlyView.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

namespace baton::os {
namespace {

constexpr int ExecTries = 5; // A fork elsewhere may hold the file open for writing a moment longer (ETXTBSY).
constexpr int ExecWaitMilliseconds = 2000;
constexpr std::size_t PidDigits = 10;
constexpr unsigned CloseRangeCloexec = 1U << 2; // CLOSE_RANGE_CLOEXEC of <linux/close_range.h>

// The kernel has one table of children for the whole process, and so has this.
std::set<pid_t>& knownChildren()
{
    static std::set<pid_t> pids;
    return pids;
}

// Of these.
std::set<pid_t>& childrenAmongStrangers()
{
    static std::set<pid_t> pids;
    return pids;
}

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Pipe makePipe()
{
    std::array<int, 2> ends{};
    check(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Everything that the child needs after the fork, made before it: there it may only make system calls.
struct Image {
    explicit Image(const SpawnOptions& spawnOptions);

    const SpawnOptions& options;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    std::string listenPid;
    std::string watchdogPid;
    std::vector<UniqueFd> sources; // of the standard streams, then of what is passed: all above where they go
    std::vector<int> numbers;
    std::vector<sock_filter> filter;
    ReadOnlyView view;
    UniqueFd go;
    UniqueFd error;
};

std::vector<char*> pointersTo(const std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 3);
    for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    return pointers;
}

UniqueFd moveAbove(int fd, int least)
{
    return UniqueFd(check(::fcntl(fd, F_DUPFD_CLOEXEC, least), "duplicate a descriptor"));
}

Image::Image(const SpawnOptions& spawnOptions)
    : options(spawnOptions),
      arguments(pointersTo(spawnOptions.arguments)),
      environment(pointersTo(spawnOptions.environment)),
      view(spawnOptions.readOnly, spawnOptions.scratch)
{
    arguments.push_back(nullptr);
    if (options.announceListeners) {
        listenPid = "LISTEN_PID=" + std::string(PidDigits, '\0');
        environment.push_back(listenPid.data());
    }
    if (options.announceWatchdog) {
        watchdogPid = "WATCHDOG_PID=" + std::string(PidDigits, '\0');
        environment.push_back(watchdogPid.data());
    }
    environment.push_back(nullptr);
    if (!options.hasNetwork) filter = filterWithoutNetwork();

    numbers = {0, 1, 2};
    for (std::size_t i = 0; i < options.passed.size(); ++i) numbers.push_back(3 + static_cast<int>(i));
    const int above = 3 + static_cast<int>(options.passed.size());
    for (const int stream : {options.standardInput, options.standardOutput, options.standardError})
        // A closed stream of ours stays closed for the child.
        sources.push_back(::fcntl(stream, F_GETFD) < 0 ? UniqueFd() : moveAbove(stream, above));
    for (const int fd : options.passed) sources.push_back(moveAbove(fd, above));
}

void writePid(char* digits)
{
    std::array<char, PidDigits> reversed{};
    std::size_t count = 0;
    for (auto pid = ::getpid(); pid > 0; pid /= 10) reversed[count++] = static_cast<char>('0' + pid % 10);
    while (count > 0) *digits++ = reversed[--count];
}

void resetSignals(const std::vector<int>& ignored)
{
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
    action.sa_handler = SIG_IGN;
    for (const int number : ignored) ::sigaction(number, &action, nullptr);
}

void limitMemory(std::int64_t bytes)
{
    rlimit now{};
    const auto most = static_cast<rlim_t>(bytes);
    if (bytes == 0 || ::getrlimit(RLIMIT_DATA, &now) != 0 || now.rlim_max <= most) return;
    const rlimit next{most, most};
    ::setrlimit(RLIMIT_DATA, &next);
}

// Whoever is not root must first promise to gain no rights, by a setuid program for example.
void takeOn(std::vector<sock_filter>& filter)
{
    if (filter.empty()) return;
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) return;
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

[[noreturn]] void runChild(Image& image)
{
    const auto giveUp = [&image] {
        const int error = errno;
        [[maybe_unused]] const auto written = ::write(image.error.get(), &error, sizeof error);
        ::_exit(127);
    };

    ::setpgid(0, 0);
    // Who dies before this line never says go.
    if (image.options.endsWithUs) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (image.options.terminal >= 0) ::tcsetpgrp(image.options.terminal, ::getpid()); // SIGTTOU is still blocked.
    for (std::size_t i = 0; i < image.sources.size(); ++i) {
        if (!image.sources[i])
            ::close(image.numbers[i]);
        else if (::dup2(image.sources[i].get(), image.numbers[i]) < 0)
            giveUp();
    }
    // What whoever started Baton left open is nobody's here. Kernels before 5.11 do not know this; ours are marked
    // anyway.
    ::syscall(SYS_close_range, static_cast<unsigned>(image.sources.size()), ~0U, CloseRangeCloexec);
    if (!image.options.directory.empty() && ::chdir(image.options.directory.c_str()) != 0) giveUp();
    if (image.options.announceListeners) writePid(image.listenPid.data() + sizeof "LISTEN_PID=" - 1);
    if (image.options.announceWatchdog) writePid(image.watchdogPid.data() + sizeof "WATCHDOG_PID=" - 1);
    resetSignals(image.options.ignored);

    char go = 0;
    while (::read(image.go.get(), &go, 1) < 0 && errno == EINTR) {
    }
    if (go == 0) ::_exit(127); // Our parent died before it could record us.

    image.view.takeOn();
    limitMemory(image.options.memoryBytes);
    takeOn(image.filter);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int tried = 0; tried < ExecTries; ++tried) {
        ::execve(image.options.executable.c_str(), image.arguments.data(), image.environment.data());
        if (errno != ETXTBSY) break;
        constexpr timespec Moment{0, 50'000'000};
        ::nanosleep(&Moment, nullptr);
        errno = ETXTBSY;
    }
    giveUp();
    ::_exit(127);
}

} // namespace

std::string describe(const ExitStatus& status)
{
    if (!status.bySignal) return "exit code " + std::to_string(status.number);
    const char* name = ::sigabbrev_np(status.number);
    return "signal " + std::to_string(status.number) + (name != nullptr ? " (SIG" + std::string(name) + ")" : "");
}

std::optional<ExitStatus> exitStatusOf(pid_t pid)
{
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
        return std::nullopt;
    return ExitStatus{info.si_code != CLD_EXITED, info.si_status};
}

Child::Child(pid_t pid, UniqueFd pidfd, UniqueFd go, UniqueFd error)
    : pid_(pid),
      pidfd_(std::move(pidfd)),
      go_(std::move(go)),
      error_(std::move(error))
{
}

Child Child::hold(const SpawnOptions& options)
{
    Image image(options);
    auto go = makePipe();
    auto error = makePipe();
    const int above = 3 + static_cast<int>(options.passed.size());
    image.go = moveAbove(go.read.get(), above);
    image.error = moveAbove(error.write.get(), above);

    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before); // No handler of ours may run in the child.
    const auto pid = ::fork();
    if (pid == 0) {
        go.write.reset(); // Else it would never see our end.
        runChild(image);
    }
    const int forkError = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) fail("start a process for " + options.executable, forkError);

    ::setpgid(pid, pid); // Here too: whoever comes first, the group exists from now on.
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) {
        const int pidfdError = errno;
        go.write.reset(); // It ends by itself.
        ::waitpid(pid, nullptr, 0);
        fail("open a pidfd for " + options.executable, pidfdError);
    }
    knownChildren().insert(pid);
    if (options.facesStrangers) childrenAmongStrangers().insert(pid);
    return {pid, std::move(pidfd), std::move(go.write), std::move(error.read)};
}

Child Child::spawn(const SpawnOptions& options)
{
    auto child = hold(options);
    if (const int error = child.go(); error != 0) {
        child.reap();
        fail("execute " + options.executable, error);
    }
    return child;
}

int Child::go()
{
    const char word = 'g';
    if (::write(go_.get(), &word, 1) != 1) return errno;
    go_.reset();
    pollfd answer{error_.get(), POLLIN, 0};
    if (::poll(&answer, 1, ExecWaitMilliseconds) <= 0) return 0; // A slow file system: its end will tell.
    int error = 0;
    const auto length = ::read(error_.get(), &error, sizeof error);
    error_.reset();
    return length == static_cast<ssize_t>(sizeof error) ? error : 0;
}

void Child::signal(const Signal& signal) const { signalProcess(pidfd_.get(), signal); }

void Child::signalGroup(int number) const { ::kill(-pid_, number); }

std::optional<ExitStatus> Child::ended() const { return exitStatusOf(pid_); }

bool Child::isKnown(pid_t pid) { return knownChildren().count(pid) != 0; }

bool Child::facesStrangers(pid_t pid)
{
    const auto& strangers = childrenAmongStrangers();
    return std::any_of(strangers.begin(), strangers.end(), [pid](pid_t one) { return descendsFrom(pid, one); });
}

std::vector<pid_t> Child::known() { return {knownChildren().begin(), knownChildren().end()}; }

Child Child::adopt(pid_t pid, UniqueFd pidfd)
{
    knownChildren().insert(pid);
    return {pid, std::move(pidfd), UniqueFd(), UniqueFd()};
}

void Child::reap() const
{
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    knownChildren().erase(pid_);
    childrenAmongStrangers().erase(pid_);
}

} // namespace baton::os
