// What must be true of a signed statement before its release may run here: each rule a row.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/verify/Memory.h"
#include "client/verify/Platform.h"
#include "client/verify/Statement.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace baton::verify {

/// What a release was offered as, and what this machine knows. Nothing of it comes from the statement.
struct Case {
    std::string appId;
    std::string version;                 ///< as it was offered
    std::vector<SignedPackage> packages; ///< as they lie here; the first is the payload
    std::string track;                   ///< empty: none was asked for
    Platform platform;
    std::string running;         ///< version; empty: none, or one that was signed by whom nobody believes any more
    std::vector<Record> records; ///< of this app, and believed
    WallTime now{};
    IsNewer isNewer;
};

struct Rule {
    std::string_view name; ///< "rollback": for tests, and `baton verify`
    std::string_view what; ///< what holds when the rule is kept, for people
    int code;              ///< one of baton::code
    /// Empty, or a sentence that says what is wrong.
    std::string (*fault)(const Statement&, const Case&);
};

/// In the order in which they are asked.
std::span<const Rule> ruleTable();

struct Fault {
    std::string_view rule;
    int code = 0;
    std::string sentence;

    friend bool operator==(const Fault&, const Fault&) = default;
};

/// The first rule that is broken.
std::optional<Fault> faultOf(const Statement& statement, const Case& known);

} // namespace baton::verify
