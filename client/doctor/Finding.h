// What was found about this host or this installation, and what to do about it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace baton::doctor {

/// Fine: as it should be. Weak: Baton works, and is less safe or less comfortable than it could be. Broken: a part of
/// it does not work.
enum class Grade { Fine, Weak, Broken };

struct Finding {
    Grade grade = Grade::Fine;
    std::string about;     ///< a word or two: what was looked at
    std::string sentence;  ///< what was found there
    std::string remedy{};  ///< what to do; empty where all is fine
    std::string program{}; ///< whose installation it is, where there are several

    friend bool operator==(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

inline bool isAnyBroken(const Findings& findings)
{
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.grade == Grade::Broken; });
}

} // namespace baton::doctor
