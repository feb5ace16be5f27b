// One program's lines among those of several.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"

#include <string>
#include <utility>

namespace baton::supervise {

/// "web: 1.1.0 committed". The only program's lines are left as they are.
class ProgramLog : public Log {
public:
    ProgramLog(Log& log, std::string program) : log_(log), program_(std::move(program)) {}

    void write(Level level, std::string_view message) noexcept override
    try {
        if (program_.empty()) return log_.write(level, message);
        log_.write(level, program_ + ": " + std::string(message));
    } catch (...) {
        log_.write(level, message); // No memory is left for the name.
    }

private:
    Log& log_;
    std::string program_;
};

} // namespace baton::supervise
