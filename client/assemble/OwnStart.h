// Which Baton `baton run` becomes: the installed one, or a newer release of its own that it has fetched.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/FirstRelease.h"
#include "client/core/Log.h"
#include "client/store/Store.h"

#include <filesystem>
#include <optional>
#include <string>

namespace baton::assemble {

/// So many starts of an own release that did not last a minute, and the installed Baton starts instead.
inline constexpr int MostShortStarts = 2;

/// What is to be started, and what is to be written down before.
struct OwnStart {
    std::optional<store::ReleaseKey> release; ///< nothing: the installed one
    store::State state;
    std::string why; ///< a sentence if something was given up

    friend bool operator==(const OwnStart&, const OwnStart&) = default;
};

/// Pure. A committed release of Baton is started if it is newer than `installed`; each start counts until one has
/// lasted. One that has not lasted too often is blocked, and the one before it is looked at.
OwnStart decideOwnStart(store::State state, const std::string& installed, const std::string& now,
                        const IsNewer& isNewer);

/// The supervisor of that release, written down as started; empty: the installed one is to be. `store` is Baton's own,
/// and the lock of the state directory is held.
std::filesystem::path ownSupervisorToStart(const store::Store& store, const IsNewer& isNewer, Log& log);

} // namespace baton::assemble
