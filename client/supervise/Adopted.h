// Processes that a generation left behind: their parents have ended, and so they became ours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise {

/// Makes this process the parent of all orphans below it. Where the kernel refuses, they go to PID 1, and a program
/// that leaves Baton's sight cannot be followed.  [PR_SET_CHILD_SUBREAPER]
void adoptOrphans();

/// The number in Whose of what a try-out started; generations are counted from 1 on.
inline constexpr int TryOutNumber = 0;

/// The variable by which a try-out and what it starts are known, with the program's name.
inline constexpr const char* TryOutMark = "BATON_TRIED";

/// A generation among those of all programs: each program counts its own.
struct Whose {
    std::string program; ///< empty: the only one
    int generation = 0;

    friend bool operator==(const Whose&, const Whose&) = default;
};

/// The generation that a process was started for, by BATON_PROGRAM and BATON_GENERATION of its environment, or the
/// try-out, by TryOutMark; nothing if it has none, or has ended.
std::optional<Whose> whoseIs(pid_t pid);

/// Whether `pid` is `first` or descends from it, or from a process of that generation that we have adopted.
bool belongsTo(pid_t pid, pid_t first, const Whose& whose);

/// The adopted ones of a generation that live.
std::vector<pid_t> adoptedOf(const Whose& whose);

/// Kills them. What they have started is adopted then, and found by the next sweep.
void killAdoptedOf(const Whose& whose);

/// What a sweep must ask.
struct Sweep {
    std::function<bool(const Whose&)> lives; ///< that generation
    std::function<bool(pid_t)> awaited;      ///< somebody else has to look first at how that process ended
};

/// Reaps what has ended, and kills what belongs to a generation that lives no more. To be called after each SIGCHLD:
/// the children of what is killed are adopted then.
/// @returns how many it killed
int sweepAdopted(const Sweep& sweep);

/// Sweeps until nothing of any generation is left, at most for a tenth of a second: when Baton itself ends.
void endAdopted();

} // namespace baton::supervise
