// Sizes and times as people read them in a log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <cstdint>
#include <string>

namespace baton::agent {

/// "812 bytes", "12.3 kB", "4.0 GB"; a kB is 1000 bytes.
std::string printSize(std::int64_t bytes);

/// "0.8s"
std::string printSeconds(Duration duration);

} // namespace baton::agent
