// How the network is reached: the transport's settings, made of the options and the environment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Values.h"
#include "client/core/Log.h"
#include "client/transport/TransportSettings.h"

namespace baton::assemble {

/// `environment` as NAME=VALUE, ended by a null pointer: it may name proxies.
/// @throws UsageError (64) for a value that is none, or values that are wrong together.
transport::TransportSettings networkSettings(const Values& values, const char* const* environment);

/// Says what is wrong before anything depends on it, and how the server is reached if not directly.
/// @throws UsageError: 64 as above, 65 for a file that does not hold what it should, 66 for one that cannot be read.
void checkNetwork(const Values& values, const char* const* environment, Log& log);

} // namespace baton::assemble
