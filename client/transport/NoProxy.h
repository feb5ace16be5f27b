// Which hosts no_proxy means.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace baton::transport {

/// Whether an entry of `list`, parted by commas or blanks, names the host: `*`; a name, which means what is below it
/// too, with or without a leading dot or `*.`; an address; a CIDR block; each but the last with `:PORT` if it is for
/// that port alone. A host's name is never looked up. Entries that make no sense name nobody.
bool isExempt(std::string_view list, const std::string& host, std::uint16_t port);

} // namespace baton::transport
