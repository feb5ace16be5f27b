// What the doctor has seen, as values: Look.h gathers them, Checks.h judges them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/store/State.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace baton::doctor {

/// A role whose confinement was tried out in a process of its own.
struct Rehearsal {
    std::string role;
    std::vector<std::string> missing{}; ///< a sentence for each layer that could not be had
    std::string failure{};              ///< why it could not be tried

    friend bool operator==(const Rehearsal&, const Rehearsal&) = default;
};

struct MachineFacts {
    bool isRoot = false;
    long landlock = 0; ///< version of its interface; 0: none
    bool openat2 = false;
    bool pidfd = false;
    int mostWaiting = 0;                         ///< connections at one listener, by the kernel
    bool networkNamespace = false;               ///< whether a process may leave the network
    std::optional<std::filesystem::path> cgroup; ///< ours, of version 2
    bool cgroupIsOurs = false;                   ///< it was given to us to divide
    std::vector<Rehearsal> rehearsals;
};

/// What --config names.
struct ConfigFacts {
    std::string file;
    std::string fault; ///< empty: it was read, and all in it is right
};

/// What lies at one state directory.
struct StoreFacts {
    std::filesystem::path directory;
    bool exists = false;
    std::string unreadable; ///< why it could not be looked at
    std::string owner;      ///< name, or number
    bool isOwn = false;     ///< it belongs to who asks
    mode_t mode = 0;
    bool isWritable = false;           ///< for who asks
    std::filesystem::path exposed;     ///< a directory on the way to it that others may write in; empty: none
    bool isNoExec = false;             ///< no program can be started from its releases
    std::uintmax_t freeBytes = 0;      ///< for who asks
    std::string damage;                ///< why state.json cannot be read
    std::optional<store::State> state; ///< nothing: there is none yet, or it is damaged
    bool isCurrentWhole = true;        ///< the current release lies whole in it
    bool isCurrentTree = false;        ///< … and has no executable of its own that is started
    std::int64_t currentBytes = 0;     ///< … and its packages, all together
};

struct SignatureFacts {
    bool areOptionsKnown = false; ///< the options of `baton run` were said, so that no key means that there is none
    bool isUpdated = false;       ///< there is a --server
    std::size_t keys = 0;
    bool areBuiltIn = false;
    std::string fault;      ///< why the keys that were named cannot be had
    bool isGivenUp = false; ///< --require-signature no
};

/// One program of a Baton that runs.
struct RunningFacts {
    bool answers = false;
    std::string why{};     ///< it does not
    std::string state{};   ///< as `baton status` says it
    std::string version{}; ///< of the release that serves; empty: none
    std::string lastCheckResult{};
};

/// One program's installation.
struct InstallationFacts {
    std::string program; ///< among several; empty: the only one
    StoreFacts store;
    SignatureFacts signatures;
    RunningFacts running;
    WallTime now;
};

} // namespace baton::doctor
