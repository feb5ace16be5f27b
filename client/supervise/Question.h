// What a generation is asked, for readiness and for health: the process that asks, and exits with the answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Process.h"
#include "client/supervise/Settings.h"

#include <string>

namespace baton::supervise {

/// Whom it asks.
struct Patient {
    int generation = 0;
    std::string probeSocket; ///< its private listener; empty if there is none
};

/// A command, run by /bin/sh with BATON_GENERATION, BATON_PROBE and BATON_PROGRAM.
os::SpawnOptions commandQuestion(const Settings& settings, const Patient& patient, const std::string& command);

/// GET `target`, a path and perhaps a status, on the private listener of that generation.
os::SpawnOptions probeQuestion(const Settings& settings, const Patient& patient, const std::string& target);

} // namespace baton::supervise
