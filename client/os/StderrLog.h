// Baton's own lines on stderr, as text or as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/UniqueFd.h"

#include <cstdint>
#include <string>

namespace baton::os {

enum class LogFormat { Text, Json };

/// Text: "baton: message"; a role other than the supervisor names itself: "baton: agent: message".
/// Json: {"time":…,"level":…,"role":…,"message":…}. One write(2) a line, which never waits: a line that nobody takes
/// is dropped, and the next one that goes is led by how many were. Whoever owns the process blocks or ignores SIGPIPE,
/// and SIGTTOU at a terminal.
class StderrLog : public Log {
public:
    StderrLog(std::string role, LogFormat format, Level least);

    void write(Level level, std::string_view message) noexcept override;

    /// Errors go to this pipe as well, as text: somebody waits there for the first release. -1: nobody does any more.
    void alsoTo(int fd) { also_ = fd; }

private:
    std::string lineOf(LogFormat format, Level level, std::string_view message) const;
    bool put(const std::string& line) const;

    std::string role_;
    LogFormat format_;
    Level least_;
    UniqueFd own_; // stderr opened anew, so that it may be non-blocking for us alone; empty where that cannot be
    int also_ = -1;
    std::uint64_t dropped_ = 0;
};

} // namespace baton::os
