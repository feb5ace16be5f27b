// What is asked of an Omaha server and told it, by which words, and with which headers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/source/Source.h"
#include "client/transport/Transport.h"
#include "protocol/Codec.h"
#include "protocol/Cup.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace baton::source {

/// Which form of Omaha is spoken to the server. Answers are read in any form.
enum class Dialect {
    Auto, ///< JSON 3.1 where the endpoint's path ends with `json`, as Google's servers have it; else XML
    Xml,
    Json3,
    Json4
};

/// What we are to the server.
struct Identity {
    std::string server; ///< the endpoint; one without a path gets /v1/update/
    std::string appId;
    std::string track;
    std::string machineId; ///< 32 hex digits of our own making
    std::string bootId;    ///< 36 characters; may be empty
    Dialect dialect = Dialect::Auto;
    /// Further attributes of the app, by Omaha's names; what Omaha does not have was refused before.
    std::vector<std::pair<std::string, std::string>> attributes{};
    /// By which its answers are believed, by id; the highest id is asked for. None: whatever comes is believed.
    std::map<std::uint64_t, protocol::CupKey> cupKeys{};
    /// The SHA-256 of a package may come from a signed statement; then its offer need not have one.
    bool hasStatements = false;
};

protocol::Form formFor(const Identity& identity, const transport::Url& endpoint);

protocol::Request checkRequest(const Identity& identity, const Question& question, protocol::Form form);

/// Events travel apart from checks, one a request.  [Omaha 3.0, app Element: an updatecheck or events, never both]
protocol::Request eventRequest(const Identity& identity, const Event& event, protocol::Form form);

/// `request`: it goes with these.
transport::Headers headersFor(const protocol::Request& request, Asker asker, protocol::Form form);

} // namespace baton::source
