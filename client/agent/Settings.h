// What the agent is told at its start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/Account.h"
#include "client/schedule/Openings.h"
#include "client/source/OmahaRequest.h"
#include "client/transport/TransportSettings.h"
#include "client/verify/PublicKey.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baton::agent {

/// One more app, whose packages lie in a directory of its name in each release.
struct OtherApp {
    std::string name; ///< a plain name
    std::string id;

    friend bool operator==(const OtherApp&, const OtherApp&) = default;
};

struct Settings {
    std::string server; ///< Omaha's endpoint; one without a path gets /v1/update/
    std::string appId;
    std::string track;
    source::Dialect dialect = source::Dialect::Auto;
    std::vector<std::pair<std::string, std::string>> attributes; ///< further ones of the app, by Omaha's names
    bool mayGoBack = false; ///< --attribute rollback_allowed=true: what is older and offered is wanted
    bool mayBeSame = false; ///< --attribute sameversionupdate=true: so are other bytes under the running version
    std::map<std::uint64_t, protocol::CupKey> cupKeys; ///< by which answers are believed, by id
    std::vector<OtherApp> others;
    bool needsSignatures = false;        ///< a release must have a signed statement
    std::vector<verify::PublicKey> keys; ///< by whom
    std::filesystem::path stateDirectory;
    std::filesystem::path topDirectory;          ///< of the whole Baton: that one, or mostly one above it
    std::optional<os::Account> account;          ///< who the agent becomes; nothing: it stays who it is
    std::vector<std::filesystem::path> readable; ///< beside what it needs in any case
    std::filesystem::path machineFile;           ///< empty: the one of the state directory
    std::string fallbackVersion;                 ///< what runs while the store has no release yet: --app-version
    transport::TransportSettings network;
    int parallelDownloads = 2;
    std::int64_t bytesPerSecond = 0; ///< of all downloads together; 0: no limit
    Duration interval{30 * 60'000};
    Duration jitter{30 * 60'000};
    schedule::Openings checkWindows;   ///< when a scheduled check, and a download, may be
    schedule::Openings handOffWindows; ///< when a hand-off may begin
    bool needsApproval = false;        ///< --approve manual: an offer is taken when a person has approved its version
};

} // namespace baton::agent
