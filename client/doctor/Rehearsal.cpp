#include "client/doctor/Rehearsal.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/os/Process.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <stdexcept>

namespace baton::doctor {
namespace {

// Nothing of this process is flushed or destroyed a second time.
[[noreturn]] void tell(int fd, const std::function<std::string()>& work)
try {
    os::writeAll(fd, work(), "the pipe");
    ::_exit(0);
} catch (const std::exception&) {
    ::_exit(1);
}

std::string readAll(int fd)
{
    std::string text;
    std::array<char, 4096> block{};
    for (;;) {
        const auto length = ::read(fd, block.data(), block.size());
        if (length < 0 && errno == EINTR) continue;
        if (os::check(length, "read what a process says") == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(length));
    }
}

os::ExitStatus endOf(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) os::fail("wait for a process");
    return WIFSIGNALED(status) ? os::ExitStatus{true, WTERMSIG(status)} : os::ExitStatus{false, WEXITSTATUS(status)};
}

} // namespace

std::string sayInChild(const std::function<std::string()>& work)
{
    std::array<int, 2> ends{};
    os::check(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    const os::UniqueFd reader(ends[0]);
    os::UniqueFd writer(ends[1]);
    const auto child = os::check(::fork(), "start a process");
    if (child == 0) tell(writer.get(), work);
    writer.reset();
    auto text = readAll(reader.get());
    if (const auto end = endOf(child); end != os::ExitStatus{})
        throw std::runtime_error("the process that tried it ended with " + describe(end));
    return text;
}

Rehearsal rehearse(const Role& role)
try {
    Rehearsal rehearsal{role.name};
    const auto said = sayInChild([&] {
        std::string lines;
        for (const auto& layer : role.confine()) lines += layer + '\n';
        return lines;
    });
    for (const auto line : split(said, '\n'))
        if (!line.empty()) rehearsal.missing.emplace_back(line);
    return rehearsal;
} catch (const std::exception& error) {
    return {role.name, {}, error.what()};
}

} // namespace baton::doctor
