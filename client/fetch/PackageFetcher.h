// Brings all packages of a release to disk, several at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/fetch/Fetcher.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace baton::fetch {

struct Terms {
    std::filesystem::path downloads; ///< gets the packages, each under its digest
    std::filesystem::path releases;  ///< where they are unpacked afterwards: it must have room, too
    int lanes = 2;                   ///< packages at a time, 1…MostLanes
    std::int64_t bytesPerSecond = 0; ///< of all lanes together; 0: no limit
    Patience patience{};
};

inline constexpr int MostLanes = 8;

/// How the downloads go on.
enum class Wish {
    GoOn,
    AtOnce, ///< the same, and what pauses now goes on: somebody waits who need not be patient with a server
    Stop    ///< the bytes stay
};

/// Whoever waits for the packages. Called by the thread that called fetch(), and by no other.
struct Overseer {
    virtual ~Overseer() = default;

    /// As Watcher::note(), of the package at this place of the list.
    virtual void note(std::size_t package, const Trace& trace, const std::string& setback) = 0;

    /// `bytes` of all packages together.
    virtual Wish progress(std::int64_t bytes) = 0;

    /// Waits, while nothing else is to be done; not so long when somebody is in a hurry. False ends the downloads.
    virtual bool pause(Duration wait) = 0;
};

/// One package is fetched by the calling thread, several by threads of their own, which all end within fetch().
class PackageFetcher {
public:
    /// The transport must be fit for as many threads as there are lanes.
    PackageFetcher(transport::Transport& transport, const Clock& clock, Terms terms);

    /// Complete: all are there. Bytes that several packages share are fetched once. The first failure ends all:
    /// those of Fetcher, and WriteFailed before the first byte where a disk has no room for what is missing, for
    /// unpacking it, and for a reserve.
    Result<Ending> fetch(const std::vector<Wanted>& packages, Overseer& overseer);

private:
    transport::Transport& transport_;
    const Clock& clock_;
    Terms terms_;
};

} // namespace baton::fetch
