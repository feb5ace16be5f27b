// The agent as a process: it gives up what it does not need before it talks to anybody.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/Account.h"
#include "client/store/Store.h"

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baton::agent {

/// From now on the process writes below downloads/, reads the state directory and what names, certificates and time
/// zones are looked up in, connects to others, and does nothing else. The files that options name it does not reach:
/// they are opened for it, or `more` says so. @returns a sentence for each layer that could not be had here; see
/// os::confine()
std::vector<std::string> confineTo(const store::Store& store, const std::optional<os::Account>& account = {},
                                   const std::vector<std::filesystem::path>& more = {});

/// Makes the state directory ready for an agent of that user, or of root: what an agent before left behind is the
/// account's, see store::share(). @returns the account, or nothing where it could not work there: the log says why
std::optional<os::Account> madeReady(const store::Store& store, const std::filesystem::path& top,
                                     const std::optional<os::Account>& account, Log& log);

/// By which names are looked up. They are replaced while the agent runs, and one that stands in the place of another
/// it may not read.
class NameFiles {
public:
    NameFiles() : seen_(look()) {}

    /// Since the construction, also in that there is one now, or none any more.
    bool haveBeenReplaced() const { return look() != seen_; }

    static constexpr std::array<const char*, 5> Paths{"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
                                                      "/etc/host.conf", "/etc/gai.conf"};

private:
    using Seen = std::array<std::pair<dev_t, ino_t>, Paths.size()>;

    static Seen look();

    Seen seen_;
};

} // namespace baton::agent
