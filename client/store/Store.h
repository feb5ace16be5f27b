// The state directory: the truth from which every process of Baton goes on after any other died.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "client/store/Attempt.h"
#include "client/store/History.h"
#include "client/store/Release.h"
#include "client/store/State.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace baton::store {

/// The newest lines, and how many older ones there were. Counted from the first that ever was, a line keeps its number.
struct KeptHistory {
    std::int64_t letGo = 0;
    std::vector<HistoryLine> lines{};

    std::int64_t end() const { return letGo + static_cast<std::int64_t>(lines.size()); }
};

/// Paths and durable steps below one state directory. Each file has one writer: the agent downloads/, the stager
/// releases/.new-*, the supervisor all the rest. No member keeps anything in memory; all throw std::system_error
/// naming the path, and std::runtime_error for a file that is damaged.
class Store {
public:
    /// `root` is made absolute here, so that a later change of directory does not move it.
    explicit Store(const std::filesystem::path& root);

    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path releases() const { return root_ / "releases"; }
    std::filesystem::path downloads() const { return root_ / "downloads"; }
    std::filesystem::path attemptFile() const { return downloads() / "attempt.json"; }
    std::filesystem::path papersFile() const { return downloads() / "papers.json"; }
    std::filesystem::path learnedFile() const { return releases() / ".new-trust"; }
    /// The scratch directory of a release that is tried out, while it is.
    std::filesystem::path tryOutDirectory() const { return root_ / "try"; }
    std::filesystem::path stateFile() const { return root_ / "state.json"; }
    std::filesystem::path historyFile() const { return root_ / "history.jsonl"; }
    std::filesystem::path controlSocket() const { return root_ / "control.sock"; }
    std::filesystem::path releaseDirectory(const ReleaseKey& key) const { return releases() / key.directoryName(); }

    /// Where the stager builds a release: releases/.new-ID. The name begins with a dot, so it is no release yet.
    std::filesystem::path stagingDirectory(const ReleaseKey& key) const
    {
        return releases() / (".new-" + key.directoryName());
    }

    /// Makes the directories that are missing, mode 0700; the downloads and releases too.
    void create() const;

    /// Takes the lock of the directory and holds it until the descriptor is closed; it may be handed over an exec.
    /// Nothing if another process has it.
    std::optional<os::UniqueFd> lock() const;

    /// Nothing when there is none yet.
    std::optional<State> loadState() const;
    void save(const State& state) const;

    std::optional<Attempt> loadAttempt() const;
    void save(const Attempt& attempt) const;
    void forgetAttempt() const; ///< and removes whatever was downloaded for it

    void save(const Papers& papers) const;

    /// What the stager learnt, once.
    void save(const Learned& learned) const;
    std::optional<Learned> loadLearned() const;
    void forgetLearned() const;

    /// Lines that are damaged are left out.
    std::vector<HistoryLine> history() const { return keptHistory().lines; }
    KeptHistory keptHistory() const;
    void append(const HistoryLine& line) const;

    /// Lets the oldest lines go, so that `most` are left.
    void shortenHistory(std::size_t most) const;

    /// What lies whole in releases/; a directory without its release file, or with a
    /// damaged one, is left out.
    std::vector<Release> installed() const;
    std::optional<Release> loadRelease(const ReleaseKey& key) const;

    /// Renames what was staged into place, in one durable step. What already stands there is the same release, whole:
    /// then the staged copy is removed.
    void install(const ReleaseKey& key) const;

    /// Removes the staged release, or the installed one.
    void discardStaged(const ReleaseKey& key) const;
    void removeRelease(const ReleaseKey& key) const;

    /// Removes the releases that nobody needs: neither used, nor among the `keep` others that were installed last. One
    /// that is blocked is never kept.
    void removeOldReleases(const State& state, const std::function<bool(const ReleaseKey&)>& isUsed, int keep) const;

    /// Removes every half-made release and temporary file that a crash left behind.
    void removeLeftovers() const;

    /// Points `current` and `previous` where the state says.
    void pointLinks(const State& state) const;

private:
    static mode_t modeIn(const std::filesystem::path& directory);

    std::filesystem::path root_;
};

} // namespace baton::store
