// What a Baton and its programs are at, in numbers: the text that Prometheus reads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Status.h"
#include "client/supervise/Ledger.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace baton::supervise {

struct ProgramMetrics {
    std::string program; ///< among several; empty: the only one
    control::Status status;
    bool needsSignatures = false;
    std::size_t keys = 0;
    Ledger::Outcomes outcomes{};
};

/// Of all programs; `version` is Baton's own. What is not known has no line. Times are seconds since 1970.
/// [Prometheus text format 0.0.4]
std::string print(const std::vector<ProgramMetrics>& programs, std::string_view version);

} // namespace baton::supervise
