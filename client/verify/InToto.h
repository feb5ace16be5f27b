// The frame that statements of all kinds share.  [in-toto/attestation, spec/v1/statement.md]
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/verify/StrictJson.h"

#include <string>
#include <string_view>

namespace baton::verify {

std::string inToto(const Json& subjects, std::string_view predicateType, const Json& predicate);

/// @throws std::runtime_error if it is no statement, or one of another kind.
const Json& predicateOf(const Json& document, std::string_view predicateType);

} // namespace baton::verify
