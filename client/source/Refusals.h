// Why an HTTP answer is no Omaha answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Failure.h"
#include "client/transport/Transport.h"

#include <string>

namespace baton::source {

/// `why`: what the decoder says.
Failure notOmaha(const transport::HttpReply& reply, const std::string& why);

} // namespace baton::source
