// Tells whoever started this program how it is: ready, or a line of status.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace baton {

/// Sends one message, such as "STATUS=warming up", to NOTIFY_SOCKET; whether it went. False without such a socket,
/// which is no error: nobody asked. Never blocks: a message is dropped while about ten others wait to be read.
/// [sd_notify(3)]
bool notify(std::string_view message) noexcept;

/// Says that this program serves from now on ("READY=1"). Say it when a request would be answered at once, not before:
/// the generation before this one is told to leave because of it. Waits up to 5 s for a place in the queue.
bool notifyReady() noexcept;

} // namespace baton
