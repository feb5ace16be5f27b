// Which bytes a request with Range and If-Range wants.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace baton::mock {

struct ByteRange {
    enum class Kind { Whole, Part, Unsatisfiable };

    Kind kind = Kind::Whole;
    std::int64_t first = 0;
    std::int64_t count = 0;

    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// Several ranges, other units and what cannot be read count as no Range at all.  [RFC 9110, 14.1.2 and 14.2]
ByteRange rangeOf(std::string_view range, std::int64_t sizeBytes);

} // namespace baton::mock
