// A list of keys as a member of some JSON: of a statement, or of what a machine remembers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/verify/KeyList.h"
#include "client/verify/StrictJson.h"

namespace baton::verify {

Json toJson(const KeyList& list);

/// @throws std::runtime_error saying which member is wrong.
KeyList keyListFrom(const Json& predicate);

} // namespace baton::verify
