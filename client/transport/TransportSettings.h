// What the way to the servers is like, and what we put up with on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/transport/Proxy.h"
#include "client/transport/Tls.h"
#include "client/transport/Url.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace baton::transport {

struct Limits {
    Duration connect{5'000};    ///< to each address of a name, and to a proxy
    Duration firstByte{30'000}; ///< a proxy's tunnel, TLS, sending, and the whole head of the answer, for each redirect
    Duration idle{30'000};      ///< between two pieces of a body
    Duration request{120'000};  ///< a post as a whole, with its redirects; only looking names up comes on top
    Duration window{30'000};    ///< in each such time a download must bring so much that it is `minSpeed`, or its end
    std::int64_t minSpeed = 1024;           ///< bytes a second; 0: any
    std::size_t longestAnswer = 512 * 1024; ///< to a post, in bytes
};

/// Nothing of it depends on what servers say. The certificate, its key and the authorization are shown to the server's
/// own origin alone, and only until a redirect leaves it.
struct TransportSettings {
    std::optional<Url> server{}; ///< whom posts go to; nothing: credentials are shown to nobody
    TlsSettings tls{};           ///< its pins hold for posts, wherever they are sent, and for all of the server's host
    Proxies proxies{};
    std::filesystem::path authorizationFile{}; ///< read for each request; empty: none
    Limits limits{};
};

} // namespace baton::transport
