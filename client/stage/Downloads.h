// What the agent left in downloads/, opened so that it cannot lead anywhere else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "client/store/Store.h"

#include <optional>
#include <string>

namespace baton::stage {

/// Opened once, then known by the descriptor alone: the agent may rename what it likes. `what` names it in messages;
/// nothing if there is no file of that name.  @throws Refusal if it is no plain file with one name.
std::optional<os::UniqueFd> openDownload(const store::Store& store, const std::string& name, const std::string& what);

/// The whole text of a file in downloads/; nothing if there is none.  @throws Refusal, also if it is longer.
std::optional<std::string> readDownload(const store::Store& store, const std::string& name, std::size_t longest);

} // namespace baton::stage
