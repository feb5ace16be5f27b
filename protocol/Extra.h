// Attributes that an application invented for itself: their names begin with an underscore.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace baton::protocol {

/// What a JSON form says a value is; XML knows texts alone.
enum class Kind {
    Text,
    Number,
    Flag,
    Json ///< an object, a list or null, as it came but for its blanks
};

/// Kept and passed on as it came, and never acted on.  [Omaha 3.1, Extensions & Forward Compatibility]
struct Extra {
    std::string name; ///< with the underscore
    std::string value;
    Kind kind = Kind::Text;

    friend bool operator==(const Extra&, const Extra&) = default;
};

using Extras = std::vector<Extra>;

} // namespace baton::protocol
