// Descriptors that outlive this process: kept by whoever started it, for the release that comes next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace baton {

/// Gives duplicates away under one name: all together, or none. The next generation finds them in Inherited; one that
/// runs already and has said Channel::sayTakesDescriptors() is given them at once. So close your own of a connection
/// that you give away: it comes back if you are told to resume. Baton keeps at most 64 for a program, and lets one go
/// when its other end is gone: so call shutdown(2) before you end a connection that was ever stored. Waits up to 5 s
/// for a place in the queue. False if nobody keeps descriptors here, or `name` has not 1-255 printable ASCII characters
/// without a colon, or there are none, or more than 253.  [sd_notify(3), FDSTORE]
bool store(std::string_view name, std::span<const int> descriptors) noexcept;

/// The same with one.
bool store(std::string_view name, int descriptor) noexcept;

/// Lets go whatever is kept under that name; this process's own duplicates stay open.
bool unstore(std::string_view name) noexcept;

} // namespace baton
