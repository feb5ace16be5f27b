// When a committed release is taken back after all: it has died too often, each time soon after its start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/Process.h"
#include "client/store/State.h"

#include <optional>
#include <string>

namespace baton::supervise {

/// A run that lasts as long as this was none of a crash loop, however it ended.
inline constexpr Duration LongEnough{60'000};

/// So many short runs in a row are one. They are counted in the store, and so over Baton's own restarts.
inline constexpr int CrashesOfALoop = 3;

/// Whether it failed, as systemd's Restart=on-failure means it: neither with 0 nor because somebody told it to end.
bool isFailure(const os::ExitStatus& status);

/// The count after a run of `key` that lasted `lasted` and ended so; nothing: there is none to keep.
std::optional<store::Crashes> countedWith(const std::optional<store::Crashes>& before, const store::ReleaseKey& key,
                                          Duration lasted, const os::ExitStatus& status);

bool isLoop(const std::optional<store::Crashes>& crashes);

/// "it died 3 times within 1m of its start, the last time with exit code 3".
std::string describe(const store::Crashes& crashes, const os::ExitStatus& last);

} // namespace baton::supervise
