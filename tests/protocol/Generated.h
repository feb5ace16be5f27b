// Messages with something in every member, chosen by a seed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Messages.h"

namespace baton::protocol {

/// The same for the same seed. Over a few hundred seeds every member is said, and is not.
Request generatedRequest(unsigned seed);
Response generatedResponse(unsigned seed);

/// What a form cannot say of a message, taken out of it; docs/protocol.md has the list.
Request sayableInXml(Request request);
Request sayableInJson3(Request request);
Response sayableInXml(Response response);
Response sayableInJson3(Response response);
Response sayableInJson4(Response response);

} // namespace baton::protocol
