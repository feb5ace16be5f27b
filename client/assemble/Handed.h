// What `baton run` hands to the processes it becomes and starts: the resolved options, in a file that nobody can
// change. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Values.h"
#include "client/os/UniqueFd.h"

#include <filesystem>
#include <string>
#include <vector>

namespace baton::assemble {

/// The variable that names the descriptor.
inline constexpr const char* SettingsVariable = "BATON_SETTINGS";

struct Handed {
    Values values;
    std::vector<std::string> command;     ///< PROGRAM ARGS as typed
    std::filesystem::path stateDirectory; ///< absolute
    std::filesystem::path controlSocket;  ///< absolute
    std::filesystem::path executable;     ///< what plays the other roles: absolute
    bool listens = false;                 ///< a listener is named, or inherited
    int lock = -1;                        ///< the store's lock, inherited
    int report = -1;                      ///< where somebody waits for the first release, inherited; -1: nobody does
    std::string publicKeys{};             ///< PEM: whose signatures are believed, read once so that nobody changes them
    bool needsSignatures = false;         ///< a release must be signed
    bool ownNeedsSignatures = false;      ///< one of Baton itself
    std::string program{};                ///< its name, where there are several
    /// Where there are several this is the whole Baton's, and these are the programs'. None has programs itself.
    std::vector<Handed> programs{};

    friend bool operator==(const Handed&, const Handed&) = default;
};

/// A sealed memfd that holds it; close-on-exec, as every descriptor.  [memfd_create(2)]
os::UniqueFd seal(const Handed& handed);

/// Reads it, from the beginning, whoever read it before.
/// @throws std::system_error, std::runtime_error saying what is wrong with it.
Handed readHanded(int fd);

/// The part of it that is the program's of that name; empty: the only one.  @throws std::runtime_error if there is
/// none.
Handed handedTo(const Handed& handed, const std::string& program);

/// The descriptor that BATON_SETTINGS names.  @throws std::runtime_error if there is none.
int settingsDescriptor();

} // namespace baton::assemble
