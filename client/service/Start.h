// What main() found out before the application was constructed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/service/Generation.h"

namespace baton::service {

/// Set by BATON_MAIN in the process that serves; null in any other, and under another main().
Generation::Parts*& start();

} // namespace baton::service
