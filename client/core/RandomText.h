// Random texts, from the kernel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace baton {

/// `digits` lower-case hex digits, at most 512.  @throws std::system_error if the kernel gives none.
std::string randomHex(std::size_t digits);

/// "{5d7b1c2e-8f52-4b1a-9e3c-0a6a5b1f2c3d}".  [RFC 9562, version 4]
std::string randomGuid();

} // namespace baton
