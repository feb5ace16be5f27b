// A part of a patch, read from its beginning to its end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baton::delta {

/// The bytes of `file` from one offset to another; both lie within it. Several sections of one file can be read in
/// turn.
class Section {
public:
    Section(int fd, std::int64_t begin, std::int64_t end);

    /// The next bytes, some at least; empty at the end. Good until the next call.
    std::string_view next();

    std::int64_t leftBytes() const { return end_ - at_; } ///< that next() has not given yet

private:
    int fd_;
    std::int64_t at_;
    std::int64_t end_;
    std::vector<char> block_;
};

/// The size of a patch, and its first `length` bytes or what there is of them.
std::int64_t patchSize(int fd);
std::string patchHead(int fd, std::size_t length);

} // namespace baton::delta
