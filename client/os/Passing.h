// Descriptors that go through an exec of this process itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <vector>

namespace baton::os {

/// While it lives, an exec of this process keeps these descriptors; after one that failed they are close-on-exec again.
/// For the last moment before the exec: a child that is started meanwhile would get them too.
class Passing {
public:
    /// @throws std::system_error if one of them is not open; then all are as they were.
    explicit Passing(std::vector<int> descriptors);
    ~Passing();
    Passing(const Passing&) = delete;
    Passing& operator=(const Passing&) = delete;

private:
    void closeOnExec() const;

    std::vector<int> descriptors_;
};

/// Takes what came through an exec: ours, and close-on-exec, from now on.  @throws std::system_error if it is not open.
UniqueFd received(int descriptor);

} // namespace baton::os
