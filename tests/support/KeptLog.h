// A log that keeps its lines for a test to look at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"

#include <string>
#include <vector>

namespace baton {

struct KeptLog : Log {
    std::vector<std::string> lines;

    void write(Level, std::string_view message) noexcept override { lines.emplace_back(message); }

    bool has(std::string_view part) const
    {
        for (const auto& line : lines)
            if (line.find(part) != std::string::npos) return true;
        return false;
    }
};

} // namespace baton
