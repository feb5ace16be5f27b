// What this machine has, as far as a server may want to choose by it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Request.h"

namespace baton::source {

/// Memory in whole GiB, and on x86 which of the vector instructions that Omaha asks for; what is not known is not said.
/// [Omaha 3.0, hw Element; 3.1, hw Objects]
protocol::Hw thisHardware();

} // namespace baton::source
