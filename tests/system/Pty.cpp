#include "tests/system/Pty.h"

#include "client/os/Errors.h"
#include "tests/system/Scratch.h"

#include <sys/ioctl.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>

namespace baton::system {

Pty::Pty() : ours_(os::check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "open a terminal"))
{
    os::check(::grantpt(ours_.get()), "grant the terminal");
    os::check(::unlockpt(ours_.get()), "unlock the terminal");
    theirs_ = os::UniqueFd(
        os::check(::open(::ptsname(ours_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC), "open the terminal's other end"));
    ::fcntl(ours_.get(), F_SETFL, O_NONBLOCK);
}

void Pty::type(std::string_view keys) const
{
    while (!keys.empty()) {
        const auto count = ::write(ours_.get(), keys.data(), keys.size());
        if (count < 0 && errno != EAGAIN) os::fail("type");
        if (count > 0) keys.remove_prefix(static_cast<std::size_t>(count));
    }
}

void Pty::resize(unsigned short rows, unsigned short columns) const
{
    winsize size{};
    size.ws_row = rows;
    size.ws_col = columns;
    os::check(::ioctl(ours_.get(), TIOCSWINSZ, &size), "resize the terminal");
}

pid_t Pty::foreground() const
{
    pid_t group = 0;
    os::check(::ioctl(ours_.get(), TIOCGPGRP, &group), "ask for the foreground");
    return group;
}

const std::string& Pty::screen()
{
    std::array<char, 4096> block{};
    for (ssize_t count = 0; (count = ::read(ours_.get(), block.data(), block.size())) > 0;)
        screen_.append(block.data(), static_cast<std::size_t>(count));
    return screen_;
}

::testing::AssertionResult Pty::shows(const std::string& text, Patience patience)
{
    auto at = std::string::npos;
    if (!eventually([&] { return (at = screen().find(text, seen_)) != std::string::npos; }, patience))
        return ::testing::AssertionFailure() << "the screen does not show \"" << text << "\" behind\n"
                                             << screen_.substr(0, seen_) << "\n---- but\n"
                                             << screen_.substr(seen_);
    seen_ = at + text.size();
    return ::testing::AssertionSuccess();
}

std::size_t Pty::count(const std::string& text)
{
    std::size_t count = 0;
    for (auto at = screen().find(text); at != std::string::npos; at = screen_.find(text, at + text.size())) ++count;
    return count;
}

Shell::Shell(const std::string& path, const std::filesystem::path& log)
{
    Command command{"/usr/bin/setsid", {"setsid", "--ctty", "--wait", path}};
    if (path.ends_with("bash")) command.arguments.insert(command.arguments.end(), {"--norc", "--noprofile"});
    command.arguments.emplace_back("-i");
    command.environment = {"PS1=ready> ", "TERM=dumb"};
    command.standardInput = command.standardOutput = command.standardError = pty_.programsEnd();
    shell_ = std::make_unique<Running>(command, log);
    pty_.closeProgramsEnd();
    EXPECT_TRUE(pty_.shows("ready> "));
}

void Shell::run(const Command& command, const std::string& behind)
{
    std::string text = "'" + command.executable + "'";
    for (std::size_t i = 1; i < command.arguments.size(); ++i) text += " '" + command.arguments[i] + "'";
    line(text + behind);
}

::testing::AssertionResult Shell::isBackWith(int code)
{
    const auto number = std::to_string(++asked_);
    line("echo end$?of" + number); // On the screen, as typed, it still says $?.
    return pty_.shows("end" + std::to_string(code) + "of" + number);
}

char stateOf(pid_t pid)
{
    const auto stat = readFile("/proc/" + std::to_string(pid) + "/stat");
    const auto at = stat.rfind(") ");
    return at == std::string::npos ? '?' : stat[at + 2];
}

} // namespace baton::system
