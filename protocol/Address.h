// Which addresses of an answer can be asked at all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace baton::protocol {

/// http:// or https:// with a host and without a user, or unix:/ for a server on this very machine; printable ASCII
/// without a backslash and a fragment. Whoever fetches may want more of it.
bool isAddress(std::string_view text);

/// The end of a refusal.
inline constexpr const char* AddressForm = "it must be http:// or https:// with a host and without a user";

} // namespace baton::protocol
