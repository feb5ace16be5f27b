// Why a document is not Omaha.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace baton::protocol {

/// One line naming the element, the attribute and the reason; what came from the document is escaped in it.
struct DecodeError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace baton::protocol
