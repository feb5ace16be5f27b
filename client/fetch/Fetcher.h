// Brings one package to disk: streamed, hashed, limited, resumed, from any of its addresses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/core/Result.h"
#include "client/fetch/PartFile.h"
#include "client/transport/Transport.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace baton::fetch {

struct Wanted {
    std::string sha256; ///< 64 lower-case hex digits; also the file's name
    std::int64_t sizeBytes = 0;
    std::vector<std::string> urls; ///< tried in this order
    std::string validator;         ///< of the bytes that an earlier process left; empty: they are not believed
};

/// Whoever waits for the package.
struct Watcher {
    virtual ~Watcher() = default;

    /// Keep it durably, for the Wanted of the next process: it belongs to the bytes that come now.
    virtual void validator(const std::string& text) = 0;

    /// Called for each block. False ends the download; the bytes stay.
    virtual bool progress(std::int64_t bytes) = 0;

    /// Waits before the next try. False ends the download.
    virtual bool pause(Duration wait) = 0;
};

enum class Ending { Complete, Stopped };

/// One package at a time. Never holds more of it in memory than one block.
class Fetcher {
public:
    /// `directory` gets SHA256.part and, when all is right and on the disk, SHA256.
    Fetcher(transport::Transport& transport, std::filesystem::path directory);

    /// Failures: code::Transfer, HashMismatch, SizeMismatch (no address could give it: the last reason);
    /// WriteFailed (this machine's disk; the other addresses are not tried).
    Result<Ending> fetch(const Wanted& wanted, Watcher& watcher);

private:
    transport::Transport& transport_;
    std::filesystem::path directory_;
};

} // namespace baton::fetch
