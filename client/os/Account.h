// Who a process is to the system.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace baton::os {

struct Account {
    uid_t user = 0;
    gid_t group = 0; ///< its main one

    friend bool operator==(const Account&, const Account&) = default;
};

/// Nothing if the system knows no user of that name, or number.
std::optional<Account> findAccount(const std::string& name);

/// Whether that account could write into the directory, as it is now. Only root can ask so; it has no further groups
/// afterwards. To be called before the first thread is started.
bool couldWrite(const Account& account, const std::string& directory);

/// This process becomes it, for good, with no further groups; it still ends when its parent does, if it did before.
/// To be called before the first thread is started.  @throws std::system_error, as nobody or as halfway something else
void become(const Account& account);

} // namespace baton::os
