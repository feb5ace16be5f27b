// The forms that Omaha's messages have on the wire, each both ways, for both sides.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/DecodeError.h"
#include "protocol/Messages.h"

#include <string>
#include <string_view>

namespace baton::protocol {

enum class Form {
    Xml,      ///< 3.0, as Google's Omaha, CoreUpdate, Nebraska and update_engine speak it
    Json3,    ///< 3.1, and 3.0 in JSON
    Json4,    ///< 4.0, with the names of its later draft
    Canonical ///< JSON 3.1's names for whatever any form can say, digests in hex, indented: for people
};

/// What stands in `protocol` of a message of that form.
std::string_view protocolOf(Form form);

/// The HTTP header of a message of that form.
std::string_view contentTypeOf(Form form);

/// By the document's first character and, in JSON, by the protocol that the message names.
Form formOf(std::string_view document, std::string_view protocol);

/// The message's own `protocol` is written, whatever the form. What a form cannot say is left out; docs/protocol.md has
/// the list. A JSON response other than 3.0's begins with `)]}'` and a newline. In 4.0 a manifest becomes a pipeline.
/// The message is taken, so that its caller need not hold it beside its text.
std::string encode(Request request, Form form);
std::string encode(Response response, Form form);

/// Any form. Unknown elements and attributes are ignored.  @throws DecodeError
Request decodeRequest(std::string_view document);

/// Any form. What decodes can be taken at its word: an `ok` has a manifest with packages of one-segment names, sizes of
/// 1 or more where they are said, digests that do not contradict each other and addresses that can be asked, or
/// pipelines whose downloads have all of these, or both.
/// @throws DecodeError
Response decodeResponse(std::string_view document);

} // namespace baton::protocol
