// Brings one package to disk: streamed, hashed, limited, resumed, from any of its addresses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/fetch/Addresses.h"
#include "client/fetch/Bucket.h"
#include "client/fetch/PartFile.h"
#include "client/transport/Transport.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::fetch {

/// What the next process has to know of the bytes that this one leaves.
struct Trace {
    std::string validator;     ///< for If-Range; empty: the bytes are not believed
    std::vector<int> failures; ///< in a row, by address

    friend bool operator==(const Trace&, const Trace&) = default;
};

struct Wanted {
    std::string sha256; ///< 64 lower-case hex digits; also the file's name
    std::int64_t sizeBytes = 0;
    std::vector<std::string> urls;               ///< tried in this order
    Trace trace{};                               ///< of an earlier process
    std::vector<std::filesystem::path> copies{}; ///< files of this machine that should hold the same bytes
    int failuresPerUrl = 0;                      ///< what the server allows; 0: the fetcher's own Patience
};

/// Whoever waits for the package.
struct Watcher {
    virtual ~Watcher() = default;

    /// Keep it durably, for the Wanted of the next process: it belongs to the bytes that come now. `setback` says for
    /// people why an address did not bring what it should; empty where none failed.
    virtual void note(const Trace& trace, const std::string& setback) = 0;

    /// Called for each block. False ends the download; the bytes stay.
    virtual bool progress(std::int64_t bytes) = 0;

    /// Waits before the next try, or because of the bandwidth limit. False ends the download.
    virtual bool pause(Duration wait) = 0;
};

enum class Ending { Complete, Stopped };

/// One package at a time. Never holds more of it in memory than one block.
class Fetcher {
public:
    /// `directory` gets SHA256.part and, when all is right and on the disk, SHA256.
    Fetcher(transport::Transport& transport, const Clock& clock, std::filesystem::path directory,
            const Patience& patience, Throttle& throttle);

    /// Failures: code::Transfer, HashMismatch, SizeMismatch (no address could give it: the last reason);
    /// WriteFailed (this machine's disk; the other addresses are not tried). Throws nothing.
    Result<Ending> fetch(const Wanted& wanted, Watcher& watcher);

private:
    transport::Transport& transport_;
    const Clock& clock_;
    std::filesystem::path directory_;
    Patience patience_;
    Throttle& throttle_;
};

} // namespace baton::fetch
