// One owner for one descriptor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <utility>

namespace baton::os {

/// Owns one descriptor and closes it; -1 means none. Errors of close(2) are dropped:
/// whoever needs the bytes on disk calls fsync(2) first.
class UniqueFd {
public:
    explicit UniqueFd(int fd = -1) noexcept : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept
    {
        reset(other.release()); // Not a swap: the reader of a pipe waits for this very close.
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    void reset(int fd = -1) noexcept
    {
        if (const int old = std::exchange(fd_, fd); old >= 0) ::close(old);
    }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); } ///< The caller closes it now.

private:
    int fd_;
};

} // namespace baton::os
