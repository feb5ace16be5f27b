// What was found, for people and for machines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/doctor/Finding.h"

#include <string>
#include <string_view>

namespace baton::doctor {

/// "fine", "weak", "broken".
std::string_view name(Grade grade);

/// A line for each, with what to do.
std::string describe(const Findings& findings);

/// One line of JSON: {"broken":BOOL,"findings":[{"grade":…,"about":…,"finding":…,"remedy":…}]}; of several programs
/// with "program".
std::string print(const Findings& findings);

} // namespace baton::doctor
