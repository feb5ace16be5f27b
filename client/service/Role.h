// Which part of Baton a process of a SelfUpdatingApplication plays.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace baton::service {

enum class Role {
    TryOut,     ///< proves that this executable runs here: prints its token and ends
    Agent,      ///< talks to the network
    Stager,     ///< verifies and unpacks
    Prober,     ///< asks one question of readiness
    Successor,  ///< takes over from a Baton that runs, or tries that
    Reader,     ///< reads the configuration file again
    Program,    ///< serves, as a generation under a Baton
    Supervisor, ///< holds sockets and children
    Plain,      ///< serves by itself
    Unknown     ///< BATON_ROLE is none of its words
};

/// What decides, in this order. LISTEN_FDS and NOTIFY_SOCKET do not: anybody may set them for a plain server.
struct Situation {
    std::optional<std::string> tryOut; ///< BATON_TRYOUT
    bool hasGeneration = false;        ///< BATON_GENERATION
    bool parentIsBaton = false;        ///< else the generation is that of a process above us, who passed it on
    std::optional<std::string> role;   ///< BATON_ROLE
    bool hasServer = false;            ///< --server, BATON_SERVER, or `server` in the configuration file
};

Role chooseRole(const Situation& situation);

/// Whether our parent is a supervisor, by the name of its process.
bool parentIsBaton();

/// Gives this process the name that parentIsBaton() of its children looks for.
void nameSupervisor();

} // namespace baton::service
