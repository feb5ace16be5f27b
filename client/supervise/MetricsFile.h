// The file that a collector of Prometheus reads: replaced when there is something new, and gone with the Baton.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"

#include <filesystem>
#include <string>

namespace baton::supervise {

class MetricsFile {
public:
    /// Anew: what stands there is an earlier one's. GoesOn: this process has written it before it executed this Baton.
    enum class Begin { Anew, GoesOn };

    /// @throws std::system_error where it cannot be made
    MetricsFile(std::filesystem::path path, Log& log, Begin begin = Begin::Anew);
    ~MetricsFile();
    MetricsFile(const MetricsFile&) = delete;
    MetricsFile& operator=(const MetricsFile&) = delete;

    /// Replaces what stands there, if it is another text than the last. A failure is a line in the log, once until it
    /// works again; the next text is tried anew.
    void write(const std::string& text) noexcept;

private:
    std::filesystem::path path_;
    Log& log_;
    std::string written_;
    bool failed_ = false;
};

} // namespace baton::supervise
