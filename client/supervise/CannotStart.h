// Why a supervisor could not begin, when the machine or its options are in the way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace baton::supervise {

/// what() is a sentence for people.
class CannotStart : public std::runtime_error {
public:
    /// @param exitCode one of sysexits.h
    CannotStart(const std::string& sentence, int exitCode) : std::runtime_error(sentence), exitCode_(exitCode) {}

    int exitCode() const noexcept { return exitCode_; }

private:
    int exitCode_;
};

} // namespace baton::supervise
