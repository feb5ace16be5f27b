// The update that the agent is working on, kept on disk so that a crash loses nothing and the server is told the end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Release.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::store {

/// How far the agent has brought it. Waiting: all of it is there and right, and it waits for its window, an approval,
/// or the end of a hold. The stager takes up what is Downloaded; nothing else of the attempt is believed.
enum class AttemptStage { Granted, Downloading, Waiting, Downloaded, Installed };

/// A patch that is fetched instead of its package. Its bytes lie in downloads/ as a package's would.
struct AttemptDelta {
    std::string from; ///< SHA-256 of the old package, which is installed
    std::int64_t sizeBytes = 0;
    std::string sha256;
    std::vector<std::string> urls;
    std::string validator{};
    std::vector<int> failures{};

    friend bool operator==(const AttemptDelta&, const AttemptDelta&) = default;
};

/// One package to fetch. The finished bytes lie in downloads/SHA256, the unfinished ones in downloads/SHA256.part.
struct AttemptPackage {
    std::string name; ///< Omaha's; a plain name
    std::int64_t sizeBytes = 0;
    std::string sha256;
    std::vector<std::string> urls;       ///< whole, in the order offered
    std::string validator;               ///< strong ETag or Last-Modified of the bytes in the .part; may be empty
    std::vector<int> failures{};         ///< in a row, by URL, as far as there were any
    std::string app{};                   ///< as of StoredPackage
    std::optional<AttemptDelta> delta{}; ///< taken instead, until it turns out to be unusable

    friend bool operator==(const AttemptPackage&, const AttemptPackage&) = default;
};

/// One more app that the release will have packages of.
struct AttemptApp {
    StoredApp app;
    std::string from;         ///< the version of it that ran; the same if the server had no update of it
    std::string pipelineId{}; ///< as of Attempt

    bool isNew() const { return from != app.version; }

    friend bool operator==(const AttemptApp&, const AttemptApp&) = default;
};

/// The agent's file downloads/attempt.json; only the agent writes it.
struct Attempt {
    ReleaseKey key;   ///< what is being fetched
    std::string from; ///< the version that ran when it was granted
    AttemptStage stage = AttemptStage::Granted;
    std::vector<AttemptPackage> packages; ///< the first is the payload; none that is not required
    std::string sessionId;
    int failuresPerUrl = 0; ///< after which a URL is left alone; 0: the server does not say
    bool atOnce = false;    ///< a person asked for it: no window holds it up
    std::vector<AttemptApp> apps{};
    std::string pipelineId{}; ///< the server's name for what it offered, said again in the events; may be empty

    std::int64_t sizeBytes() const; ///< of all that is to be fetched
    bool hasDeltas() const;
    void dropDeltas(); ///< the full packages are to be fetched

    /// Whether the release will have that version of one more app, and had another.
    bool brings(const std::string& appId, const std::string& version) const;

    friend bool operator==(const Attempt&, const Attempt&) = default;
};

std::string print(const Attempt& attempt);

/// @throws std::runtime_error saying what is wrong with the text; names, digests and sizes are checked, so that
/// nobody who reads it can be led out of the downloads directory.
Attempt parseAttempt(const std::string& text);

} // namespace baton::store
