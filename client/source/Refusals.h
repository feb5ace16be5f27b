// Why an HTTP answer is no Omaha answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Failure.h"
#include "client/transport/Transport.h"

#include <string>

namespace baton::source {

/// Whether it is a page for people, as a captive portal has it: the server that was asked has heard nothing then.
bool isPage(const transport::HttpReply& reply);

/// `why`: what the decoder says.
Failure notOmaha(const transport::HttpReply& reply, const std::string& why);

} // namespace baton::source
