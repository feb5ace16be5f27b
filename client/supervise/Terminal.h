// The terminal that `baton run` was started at: its foreground belongs to the generation that serves, and the shell's
// job control reaches it as if Baton were not there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <sys/types.h>

namespace baton::supervise {

/// Nothing of it does anything where there is no terminal. The shell knows Baton's process group and no other, so we
/// give the foreground on to the program's: at once where its standard input is the terminal and its output goes into
/// no pipe, since others in a pipeline may want the keyboard too; else as soon as it asks for it by being stopped.
class Terminal {
public:
    Terminal();
    ~Terminal(); ///< takes the foreground back
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// Of several programs none can have the foreground: it stays Baton's.
    static Terminal leftAlone() { return Terminal(-1); }

    /// Whether the foreground is the program's by our gift: the keyboard's signals go to it and not to us.
    bool isHeld() const { return held_ != 0; }

    /// That group; 0: none.
    pid_t group() const { return held_; }

    /// The terminal whose foreground a process that is started now is to be; -1: it is started in the background.
    int offer() const;
    /// It has taken what was offered.
    void taken(pid_t group) { held_ = group; }

    /// Another one serves from now on, and is continued if it had to wait for that.
    void passTo(pid_t leader);

    /// When `leader` was stopped: gives it the terminal if it was stopped for want of it; else takes the foreground
    /// back and stops ourselves, as the shell expects. Without a shell nobody would ever continue it: we do.
    void followStop(pid_t leader);

    /// Stops our group, where a shell can continue it.
    void suspend();

    /// We were continued: in the foreground, if the shell has given us that. The caller continues the program.
    void resume(pid_t leader);

private:
    explicit Terminal(int fd) : fd_(fd) {}

    bool isOurs() const;
    void setForeground(pid_t group) const;

    os::UniqueFd opened_; // /dev/tty
    int fd_ = -1;
    bool atOnce_ = false;
    pid_t held_ = 0;
};

} // namespace baton::supervise
