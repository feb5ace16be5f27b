// Resolves the options of one command: command line, then BATON_*, then the configuration file, then the default.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/OptionTable.h"
#include "client/assemble/Values.h"

#include <functional>
#include <string>
#include <vector>

namespace baton::assemble {

struct ConfigEntry {
    std::string key;
    std::string text;
    int line = 0; ///< of the file, where it is known; else 0

    friend bool operator==(const ConfigEntry&, const ConfigEntry&) = default;
};

/// What a configuration file says, in its order; a repeated key is there as often.
using ConfigEntries = std::vector<ConfigEntry>;

/// Reads one; @throws UsageError when it cannot.
using ConfigReader = std::function<ConfigEntries(const std::string& path)>;

/// One of the programs of a configuration file.
struct ProgramSection {
    std::string name;
    Values values;                      ///< its own, and below them what is said for all
    std::vector<std::string> command{}; ///< PROGRAM ARGS, parted as a shell would; empty if none was said
};

struct Resolved {
    Values values;
    std::vector<std::string> rest; ///< what is no option: for `run` PROGRAM ARGS behind `--`, for `approve` the version
    bool help = false;             ///< --help was asked; nothing else was looked at
    std::string helpTopic{};       ///< the word behind it; empty: none
    std::vector<ProgramSection>
        programs{}; ///< of `run`, `check` and `doctor`, where the file has sections; in their names' order
    std::string
        configFault{}; ///< of `doctor`, which is there for files that are wrong, too: why nothing of it was taken
};

/// `arguments` without the program's and the command's name; `environment` as NAME=VALUE, ended by a null pointer.
/// With sections of programs `values` are the whole Baton's; of `check` they are those of the program that it names.
/// Repeatable options of the environment and of .properties files are parted by commas, windows by semicolons.
/// @throws UsageError naming what is wrong, where it came from and what would be right.
Resolved resolve(Command command, const std::vector<std::string>& arguments, const char* const* environment,
                 const ConfigReader& readConfig);

} // namespace baton::assemble
