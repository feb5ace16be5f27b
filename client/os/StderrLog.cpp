#include "client/os/StderrLog.h"

#include "client/core/Timestamp.h"
#include "client/os/SystemClock.h"

#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace baton::os {
namespace {

constexpr std::array<std::string_view, 4> LevelNames{"debug", "info", "warning", "error"};

// O_NONBLOCK is of the open file, which the program shares; a pipe or a terminal opened anew is ours alone.
UniqueFd openAnew(int fd)
{
    struct stat about {};
    if (::fstat(fd, &about) != 0 || (!S_ISFIFO(about.st_mode) && ::isatty(fd) != 1)) return UniqueFd();
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    return UniqueFd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

// A pipe that has room takes a line of a page at once.  [pipe(7), PIPE_BUF]
bool hasRoom(int fd)
{
    pollfd one{fd, POLLOUT, 0};
    return ::poll(&one, 1, 0) == 1;
}

} // namespace

StderrLog::StderrLog(std::string role, LogFormat format, Level least)
    : role_(std::move(role)),
      format_(format),
      least_(least),
      own_(openAnew(STDERR_FILENO))
{
}

void StderrLog::write(Level level, std::string_view message) noexcept
try {
    if (also_ >= 0 && level == Level::Error) {
        const auto line = lineOf(LogFormat::Text, level, message);
        [[maybe_unused]] const auto written = ::write(also_, line.data(), line.size());
    }
    if (level < least_) return;
    if (dropped_ > 0 &&
        put(lineOf(format_, Level::Warning,
                   "lines of this log that were lost, since nobody took them: " + std::to_string(dropped_))))
        dropped_ = 0;
    if (!put(lineOf(format_, level, message))) ++dropped_;
} catch (...) { // NOLINT(bugprone-empty-catch): there is nowhere left to say it.
}

std::string StderrLog::lineOf(LogFormat format, Level level, std::string_view message) const
{
    if (format == LogFormat::Text)
        return "baton: " + (role_ == "supervisor" ? std::string() : role_ + ": ") + std::string(message) + '\n';
    nlohmann::ordered_json record;
    record["time"] = printTimestamp(SystemClock().wall());
    record["level"] = LevelNames.at(static_cast<std::size_t>(level));
    record["role"] = role_;
    record["message"] = message;
    return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

// A log that nobody reads must not stop a hand-off: one try, and what does not fit is lost.
bool StderrLog::put(const std::string& line) const
{
    if (own_) return ::write(own_.get(), line.data(), line.size()) >= 0;
    const auto sent = ::send(STDERR_FILENO, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0 || errno != ENOTSOCK) return sent >= 0;
    return hasRoom(STDERR_FILENO) && ::write(STDERR_FILENO, line.data(), line.size()) >= 0;
}

} // namespace baton::os
