// Where Baton's own lines go, for the person who reads them at night.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace baton {

enum class Level { Debug, Info, Warning, Error };

/// One call, one line. Text from outside goes through escaped() of client/core/Text.h first.
struct Log {
    virtual ~Log() = default;

    /// Writes one line; never throws and never blocks for long, since it is called while a hand-off is under way.
    virtual void write(Level level, std::string_view message) noexcept = 0;

    void debug(std::string_view message) noexcept { write(Level::Debug, message); }
    void info(std::string_view message) noexcept { write(Level::Info, message); }
    void warning(std::string_view message) noexcept { write(Level::Warning, message); }
    void error(std::string_view message) noexcept { write(Level::Error, message); }
};

} // namespace baton
