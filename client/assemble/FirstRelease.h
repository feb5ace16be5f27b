// Which release is current before anything was ever updated: what the machine brought, or what the store holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Handed.h"
#include "client/core/Log.h"
#include "client/store/Store.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace baton::assemble {

/// What is done about it at the start.
enum class FirstStep {
    TakeIn,    ///< PROGRAM or --initial becomes a release, and the current one
    KeepStore, ///< the store's current release runs
    StayEmpty  ///< there is none; the first check brings one
};

/// Whether the first of two versions is the newer one; false for texts that have no order.
using IsNewer = std::function<bool(const std::string&, const std::string&)>;

struct Given {
    std::string version;          ///< --app-version; may be empty
    std::filesystem::path source; ///< the file of PROGRAM, or --initial; empty: nothing is given
    bool tree = false;            ///< PROGRAM or ARGS name {release}
};

/// Pure. `held` are the versions in the store, `hasCurrent` says that one of them is committed.
/// @throws UsageError when an empty store is given no version, or a version without anything of that version.
FirstStep decideFirst(const Given& given, const std::vector<std::string>& held, bool hasCurrent,
                      const IsNewer& isNewer);

/// The file that `program` names: itself if it has a slash, else the first of that name in `path` (as PATH is written).
/// @throws UsageError (66) if there is no executable file of that name.
std::filesystem::path lookUp(const std::string& program, const std::string& path);

/// Does it, durably, under the store's lock.  @throws UsageError, std::system_error, stage::Refusal
void prepareFirst(const store::Store& store, const Given& given, const IsNewer& isNewer, Log& log);

} // namespace baton::assemble
