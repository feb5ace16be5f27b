#include "client/os/StderrLog.h"

#include "client/core/Timestamp.h"
#include "client/os/SystemClock.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>

namespace baton::os {
namespace {

constexpr std::array<std::string_view, 4> LevelNames{"debug", "info", "warning", "error"};

} // namespace

StderrLog::StderrLog(std::string role, LogFormat format, Level least)
    : role_(std::move(role)),
      format_(format),
      least_(least)
{
}

void StderrLog::write(Level level, std::string_view message) noexcept
try {
    if (level < least_) return;
    std::string line;
    if (format_ == LogFormat::Json) {
        nlohmann::ordered_json record;
        record["time"] = printTimestamp(SystemClock().wall());
        record["level"] = LevelNames.at(static_cast<std::size_t>(level));
        record["role"] = role_;
        record["message"] = message;
        line = record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    } else {
        line = "baton: " + (role_ == "supervisor" ? std::string() : role_ + ": ") + std::string(message) + '\n';
    }
    // A log that nobody reads must not stop a hand-off: one try, and what does not fit is lost.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
} catch (...) { // NOLINT(bugprone-empty-catch): there is nowhere left to say it.
}

} // namespace baton::os
