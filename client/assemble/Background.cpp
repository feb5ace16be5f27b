#include "client/assemble/Background.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/os/StartReport.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace baton::assemble {
namespace {

[[noreturn]] void waitForReport(os::UniqueFd report, pid_t between)
{
    ::waitpid(between, nullptr, 0);
    const int code = os::awaitReport(report.get());
    if (code < 0) os::reportText(STDERR_FILENO, "baton: it ended before the first release was ready\n");
    ::_exit(code < 0 ? exitcode::Software : code);
}

} // namespace

void checkBackground(const Values& values)
{
    if (!values.isOn("daemon")) {
        if (values.has("log-file"))
            throw UsageError("--log-file is for --daemon; in the foreground standard error is whoever starts it to "
                             "lead somewhere: 2>>FILE");
        return;
    }
    const std::string_view because = ::getpid() == 1 ? "this is process 1: all would end with it"
                                     : std::getenv("NOTIFY_SOCKET") != nullptr ? "what starts it waits on NOTIFY_SOCKET"
                                     : std::getenv("LISTEN_FDS") != nullptr    ? "listeners were passed to this process"
                                                                               : "";
    if (!because.empty())
        throw UsageError("--daemon leaves the process that was started, and " + std::string(because) +
                         "; leave --daemon out");
}

os::UniqueFd goIntoBackground()
{
    std::array<int, 2> ends{};
    os::check(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    os::UniqueFd read(ends[0]);
    os::UniqueFd write(ends[1]);
    const auto between = os::check(::fork(), "start a process");
    if (between > 0) {
        write.reset(); // Else its end would never come.
        waitForReport(std::move(read), between);
    }
    read.reset();
    ::setsid();
    // Who leads a session may get a terminal by opening one; the next process leads none.
    if (os::check(::fork(), "start a process") > 0) ::_exit(0);
    ::fcntl(write.get(), F_SETFL, O_NONBLOCK);
    return write;
}

void leaveStandardStreams(const std::string& logFile)
try {
    const auto nothing = os::open("/dev/null", O_RDWR);
    const auto log = logFile.empty() ? os::UniqueFd()
                                     : os::open(logFile, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NOFOLLOW, 0640);
    const int output = log ? log.get() : nothing.get();
    os::check(::dup2(nothing.get(), STDIN_FILENO), "leave standard input");
    os::check(::dup2(output, STDOUT_FILENO), "leave standard output");
    os::check(::dup2(output, STDERR_FILENO), "leave standard error");
} catch (const std::system_error& error) {
    throw UsageError(std::string(error.what()) + "; check --log-file", exitcode::CannotCreate);
}

} // namespace baton::assemble
