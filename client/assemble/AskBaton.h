// Says a command to a Baton that runs, and takes no for an answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"
#include "client/assemble/UsageError.h"

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>

namespace baton::assemble {

/// The Baton that is meant, and of several programs the one that is.
struct Baton {
    std::filesystem::path socket;
    std::string program; ///< --program; empty: none was named

    friend bool operator==(const Baton&, const Baton&) = default;
};

/// Nobody is there (69).
class NobodyAnswers : public UsageError {
public:
    explicit NobodyAnswers(const std::string& why)
        : UsageError(why + "; start one with baton run, or check --state-dir", exitcode::Unavailable),
          why_(why)
    {
    }

    const std::string& why() const { return why_; }

private:
    std::string why_;
};

/// By --control or --state-dir, and --program.  @throws UsageError if none of the first two was said
Baton batonMeantBy(const Resolved& resolved);

/// The one that is named, or else each program of that Baton; of the only one the name is empty.
std::vector<Baton> eachProgramOf(const Baton& baton);

/// The whole answer.  @throws NobodyAnswers, or UsageError (69) for one that answers others than us
std::string askBaton(const Baton& baton, std::string_view command);

/// @throws UsageError if `answer` is Baton's word that it could not do what was asked (69), or that a program is to be
/// named (64)
void refuseError(const std::string& answer);

/// For a command that Baton either accepts or refuses with a sentence.
/// @throws UsageError: `refused` and that sentence (75, 64 where a program is to be named); 69 when no Baton answers
void demand(const Baton& baton, const std::string& command, const std::string& refused);

/// The sentence, or JSON if that was asked. @returns 0
int sayAccepted(const Resolved& resolved, std::ostream& out, const std::string& sentence);

} // namespace baton::assemble
