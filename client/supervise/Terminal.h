// The terminal that `baton run` was started at: its foreground belongs to the generation that serves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace baton::supervise {

/// Nothing of it does anything when stdin is no terminal of ours.
class Terminal {
public:
    /// Owned if stdin is a terminal whose foreground group is ours.
    Terminal();
    ~Terminal(); ///< takes the foreground back

    /// Of several programs none can have the foreground: it stays Baton's.
    static Terminal leftAlone() { return Terminal(-1); }

    bool isOwned() const { return fd_ >= 0; }
    int descriptor() const { return fd_; } ///< -1 if it is not owned

    void giveTo(pid_t group) const;

    /// When `leader` was stopped from the keyboard: takes the foreground back and stops ourselves, as the shell
    /// expects; once continued, continues it in the foreground.
    void followStop(pid_t leader) const;

private:
    explicit Terminal(int fd) : fd_(fd) {}

    int fd_ = -1;
};

} // namespace baton::supervise
