// What becomes of Baton when one of its programs has ended.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace baton::supervise {

enum class AfterEnd {
    GoOn,      ///< the others are not touched
    EndOthers, ///< an essential one is gone
    Exit       ///< it was the last
};

/// | the one that ended | others run | then       |
/// |--------------------|------------|------------|
/// | any                | no         | Exit       |
/// | essential          | yes        | EndOthers  |
/// | not essential      | yes        | GoOn       |
class Fates {
public:
    /// Whether each program is essential, by their numbers.
    explicit Fates(std::vector<bool> essential) : essential_(std::move(essential)), over_(essential_.size()) {}

    /// The program has ended for good.
    AfterEnd ended(int number, int exitCode)
    {
        over_.at(at(number)) = true;
        if (exitCode_ == 0) exitCode_ = exitCode;
        if (allAreOver()) return AfterEnd::Exit;
        return essential_.at(at(number)) ? AfterEnd::EndOthers : AfterEnd::GoOn;
    }

    /// As an earlier supervisor left it: which have ended is told by ended().
    void restore(int exitCode) { exitCode_ = exitCode; }

    /// A person has it started again.
    void revived(int number) { over_.at(at(number)) = false; }

    bool isOver(int number) const { return over_.at(at(number)); }

    /// Baton's own: of the first that ended with another one than 0.
    int exitCode() const { return exitCode_; }

private:
    static std::size_t at(int number) { return static_cast<std::size_t>(number); }

    bool allAreOver() const
    {
        for (const bool over : over_)
            if (!over) return false;
        return true;
    }

    std::vector<bool> essential_;
    std::vector<bool> over_;
    int exitCode_ = 0;
};

} // namespace baton::supervise
