// 4.0's pipelines in the tree, and how a manifest is said in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Element.h"
#include "protocol/Response.h"

namespace baton::protocol {

void encodePipelines(Element& updatecheck, const std::vector<Pipeline>& pipelines);

/// Both drafts' names. A `download` has a size of 1 or more, a digest and an address that can be asked.  @throws
/// DecodeError
std::vector<Pipeline> pipelinesFrom(const Element& updatecheck);

/// One pipeline that downloads each package; its names, SHA-1 digests and actions are lost. None if a package has no
/// SHA-256 or no size: 4.0 cannot offer it.
std::vector<Pipeline> asPipelines(const UpdateCheck& check);

} // namespace baton::protocol
