// Another Baton for the one that runs to be succeeded by: the same executables at another place, or one that fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/system/Relay.h"

#include <sys/types.h>

#include <string>
#include <vector>

namespace baton::system {

/// A Baton in a directory of its own: the path of its `baton`, with baton-supervisor beside it.
fs::path anotherBaton(const Scratch& scratch, const std::string& name);

/// What a process was executed from.
fs::path executableOf(pid_t process);

struct Succeeded : Relay {
    fs::path anotherBaton(const std::string& name) const { return system::anotherBaton(scratch, name); }

    /// One whose supervisor is a shell script that does these lines first when it takes over, and then goes on as the
    /// real one. `whenTried`: the same for its try-out.
    fs::path slowBaton(const std::string& name, const std::string& whenTakingOver,
                       const std::string& whenTried = "") const;

    /// From here on the next one is in place, and not at work until letItWork().
    void beginSlowUpgrade(pid_t supervisor) const;
    void beginSlowUpgrade() const { beginSlowUpgrade(baton->pid()); }
    void letItWork() const;

    /// `baton upgrade-self`: its exit code. What it says is in upgradeSaid().
    int upgrade(const fs::path& to = {}, const std::vector<std::string>& options = {});
    const std::string& upgradeSaid() const { return upgradeSaid_; }

    /// Begins it, and waits until the running one has left: the next one is in its place, perhaps not at work yet.
    void beginUpgrade(const fs::path& to, pid_t supervisor) const;
    void beginUpgrade(const fs::path& to) const { beginUpgrade(to, baton->pid()); }

    /// What the running Baton was executed from.
    fs::path executable() const { return executableOf(baton->pid()); }
    std::size_t openDescriptors() const;

    /// Of the control socket: that wait to be taken.
    int waitingCommands() const;

    int pidOfRelease() const;

private:
    fs::path workDoor() const { return scratch / "work-door"; }

    std::string upgradeSaid_;
    int upgrades_ = 0;
};

} // namespace baton::system
