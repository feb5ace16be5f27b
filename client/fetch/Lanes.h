// Several downloads side by side: a thread each, one thread that speaks for them all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/fetch/PackageFetcher.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace baton::fetch {

struct Job {
    const Wanted* wanted = nullptr;
    std::size_t package = 0; ///< the first that needs these bytes
    int times = 1;           ///< packages that need them
};

/// What the lanes share is under one mutex; the overseer is called without it, and only by the thread that runs run().
/// A lane that has something to note waits until that thread has done it: the bytes that belong to it come after.
class Lanes {
public:
    /// All must outlive it. The jobs' digests differ, so that no two lanes write one file.
    Lanes(Fetcher& fetcher, const std::vector<Job>& jobs, Overseer& overseer);

    /// Returns when all jobs are done, or one has failed and the others have stopped.
    Result<Ending> run(std::size_t lanes);

private:
    struct Note {
        std::size_t package;
        const Trace& trace;
        const std::string& setback;
        bool done = false;
    };
    class Lane;

    std::size_t start(std::size_t lanes);
    void work() noexcept;
    std::optional<std::size_t> nextJob();
    void ended(const Result<Ending>& result);
    void oversee();
    void takeNotes(std::unique_lock<std::mutex>& lock);
    void callOut(std::unique_lock<std::mutex>& lock, const std::function<Wish()>& call);
    void stop();

    Fetcher& fetcher_;
    const std::vector<Job>& jobs_;
    Overseer& overseer_;
    std::vector<std::thread> threads_;

    std::mutex mutex_;
    std::condition_variable forOverseer_; ///< a note waits, or a lane has ended
    std::condition_variable forLanes_;    ///< a note was taken, pauses are over, or all must stop
    std::vector<std::int64_t> bytes_;     ///< by job
    std::vector<Note*> notes_;            ///< each owned by the lane that waits for it
    std::size_t next_ = 0;                ///< the first job that no lane has taken
    std::size_t living_ = 0;              ///< lanes
    int hurries_ = 0;                     ///< how often pauses were cut short
    bool stopped_ = false;
    std::optional<Failure> failure_; ///< the first one
};

} // namespace baton::fetch
