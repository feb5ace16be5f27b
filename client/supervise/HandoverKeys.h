// A release's key as one word and its digest, as a snapshot has it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Release.h"

#include <optional>
#include <string>

namespace baton::supervise {

/// "1.5.0 2cf24…"; empty for none.
std::string textOf(const std::optional<store::ReleaseKey>& key);

/// @throws std::runtime_error for what is none.
std::optional<store::ReleaseKey> keyFromText(const std::string& text);

} // namespace baton::supervise
