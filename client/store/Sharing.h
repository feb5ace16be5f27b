// Who may do what in the state directory where the agent has a user of its own: that one owns downloads/, and reads the
// rest as far as it must. Everything else stays as it is. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Account.h"
#include "client/store/Store.h"

namespace baton::store {

/// Only for root, while no agent runs. Files of downloads/ that were made by another user, root or one that the agent
/// had before, become the account's; no link is followed, and what has a second name is left alone. `top` is the
/// whole Baton's state directory: the store's own, one above it, or another one, which is left as it is then.  @throws
/// std::system_error
void share(const Store& store, const std::filesystem::path& top, const os::Account& account);

/// Downloads are root's again, where another user had them. Does nothing for others than root, nor where all of the
/// state directory is another user's.  @throws std::system_error
void takeBack(const Store& store);

} // namespace baton::store
