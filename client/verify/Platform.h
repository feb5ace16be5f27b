// The machine that a release must fit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace baton::verify {

struct Platform {
    std::string os;
    std::string arch; ///< Omaha's words: x64, arm64, x86, arm; others as the kernel says them

    friend bool operator==(const Platform&, const Platform&) = default;
};

/// Linux on a machine of that name.  [uname(2), machine]
Platform platformOf(std::string_view machine);

/// This machine.
Platform thisPlatform();

} // namespace baton::verify
