// A command that cannot be carried out as it was given: the sentence for people, and the exit code for scripts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace baton::assemble {

/// The exit codes of <sysexits.h> that Baton uses.
namespace exitcode {
constexpr int Ok = 0;
constexpr int Usage = 64;
constexpr int Data = 65;
constexpr int NoInput = 66;
constexpr int Unavailable = 69;
constexpr int Software = 70;
constexpr int CannotCreate = 73;
constexpr int InputOutput = 74;
constexpr int Temporary = 75;
} // namespace exitcode

/// Ends the command with `exitCode`, what() on stderr behind "baton: ".
class UsageError : public std::runtime_error {
public:
    explicit UsageError(const std::string& sentence, int exitCode = exitcode::Usage)
        : std::runtime_error(sentence),
          exitCode_(exitCode)
    {
    }

    int exitCode() const noexcept { return exitCode_; }

private:
    int exitCode_;
};

} // namespace baton::assemble
