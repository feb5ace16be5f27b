// Which Baton this is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace baton {

/// "0.1.0": what servers, logs and --version are told.
std::string_view productVersion();

} // namespace baton
