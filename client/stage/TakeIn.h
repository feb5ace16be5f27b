// The first release: taken from the machine itself, not from a server.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/stage/Settings.h"
#include "client/store/Store.h"

#include <filesystem>
#include <string>

namespace baton::stage {

/// Copies `source` into the store as the release `version` and installs it, durably. What is expected says what source
/// may be. Program: one executable file. Tree: a directory (its digest is that of its TreeListing), an archive, or one
/// file. Installed already: nothing is written. Call it under the store's lock.
/// @throws Refusal, std::system_error: the release is then not there, nor half of it
store::Release takeIn(const store::Store& store, const std::filesystem::path& source, const std::string& version,
                      const Settings& settings, Log& log);

} // namespace baton::stage
