// Tries in a process of its own what cannot be undone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/doctor/Facts.h"

#include <functional>
#include <string>
#include <vector>

namespace baton::doctor {

/// A role, and how it gives up what it does not need: returns a sentence for each layer that could not be had.
struct Role {
    std::string name;
    std::function<std::vector<std::string>()> confine;
};

/// What a forked copy of this process says before it ends. To be called before the first thread is started.
/// @throws std::runtime_error, std::system_error when it ends in another way, or there is none
std::string sayInChild(const std::function<std::string()>& work);

/// Confines a copy of this process as the role confines itself; this one stays as it is.
Rehearsal rehearse(const Role& role);

} // namespace baton::doctor
