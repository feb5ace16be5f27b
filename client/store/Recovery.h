// What a damaged state directory still tells: a start must find something to run, whatever a disk has lost.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Store.h"

#include <string>
#include <vector>

namespace baton::store {

struct RecoveredState {
    State state;
    std::vector<std::string> damage; ///< a sentence for each thing that was lost; empty: all was well

    friend bool operator==(const RecoveredState&, const RecoveredState&) = default;
};

/// The state as it is saved. A state.json that cannot be parsed is set aside as state.json.damaged; in its place come
/// the current and the previous release of the symbolic links, and what the history says was blocked. A current release
/// whose directory is not whole gives way to the previous one. Saves what it had to change. Under the store's lock.
/// @throws std::system_error if the directory cannot be read or written
RecoveredState recoverState(const Store& store);

} // namespace baton::store
