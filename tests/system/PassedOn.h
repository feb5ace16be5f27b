// One request to a server of this machine, for gates that stand before one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace baton::system {

/// What the server at that port answers until it closes; empty if nobody listens.
std::string passedOn(const std::string& request, std::uint16_t port);

} // namespace baton::system
