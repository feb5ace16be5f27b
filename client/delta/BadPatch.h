// The sentence with which a patch is turned down.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace baton::delta {

/// These bytes are no patch of this old file, and will be none the next time; a std::system_error is the machine's
/// trouble.
class BadPatch : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace baton::delta
