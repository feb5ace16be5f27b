// The outbox as the text of downloads/outbox.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Outbox.h"

#include <string>

namespace baton::agent {

std::string print(const Outbox& outbox);

/// @throws std::exception saying what is wrong with the text.
Outbox parseOutbox(const std::string& text);

} // namespace baton::agent
