// A failed system call as an exception that says what was tried, on what, and why.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace baton::os {

/// Throws std::system_error with errno: "rename a to b: No space left on device".
[[noreturn]] void fail(std::string_view what);
[[noreturn]] void fail(std::string_view what, int error);

/// The result of a system call, or fail(what) if it is negative.
template <typename Number>
Number check(Number result, std::string_view what)
{
    if (result < 0) fail(what);
    return result;
}

/// Whether the machine lacked something (memory, processes, descriptors, room on a disk): nobody's fault, and to be
/// tried again.
bool isShortage(int error);

/// "No space left on device (ENOSPC)".
std::string describe(int error);

} // namespace baton::os
