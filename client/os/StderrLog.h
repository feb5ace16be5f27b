// Baton's own lines on stderr, as text or as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"

#include <string>

namespace baton::os {

enum class LogFormat { Text, Json };

/// Text: "baton: message"; a role other than the supervisor names itself: "baton: agent: message".
/// Json: {"time":…,"level":…,"role":…,"message":…}. One write(2) a line; a line that cannot be written is dropped.
class StderrLog : public Log {
public:
    StderrLog(std::string role, LogFormat format, Level least);

    void write(Level level, std::string_view message) noexcept override;

private:
    std::string role_;
    LogFormat format_;
    Level least_;
};

} // namespace baton::os
