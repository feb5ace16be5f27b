// How the supervisor starts Baton's other processes: each with a short environment, its settings, and nothing else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Process.h"
#include "client/supervise/Settings.h"

#include <string>
#include <vector>

namespace baton::supervise {

/// /dev/null as stdin, a process group of its own (as every child), BATON_SETTINGS=3 if there are settings to pass;
/// `passed` follow from 4 on.
os::SpawnOptions roleOptions(const Settings& settings, const RoleCommand& role,
                             const std::vector<std::string>& arguments = {}, const std::vector<int>& passed = {});

/// The number under which the first of `passed` is found.
inline constexpr int FirstPassedToRole = 4;

/// A descriptor of /dev/null, opened once.
int devNull();

} // namespace baton::supervise
