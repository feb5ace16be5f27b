// A text in memory that a process hands to another: whole, and changed by nobody.  [memfd_create(2)]
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::os {

/// A sealed memfd that holds `bytes`; close-on-exec, as every descriptor. `name` is shown by /proc.
UniqueFd sealedFile(const char* name, std::string_view bytes);

/// All of it, from the beginning, whoever read it before.
/// @throws std::system_error; std::runtime_error if it is longer than `longest`
std::string readSealed(int descriptor, std::size_t longest);

} // namespace baton::os
