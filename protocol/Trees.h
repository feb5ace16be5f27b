// Messages as trees, and trees as messages: what the forms have in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Codec.h"
#include "protocol/Element.h"

namespace baton::protocol {

Element treeOf(const Request& request, Form form);
Element treeOf(const Response& response, Form form);

/// `isXml`: a response need not name its protocol, and an app must say its status.  @throws DecodeError
Request requestFrom(const Element& root, bool isXml);
Response responseFrom(const Element& root, bool isXml);

/// Refuses a protocol that the kind of document does not have.  @throws DecodeError
void demandProtocol(const Element& root, const std::string& protocol, bool isXml);

} // namespace baton::protocol
