// Asks a generation whether it is ready, again and again, by a process of its own for each question.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/supervise/Job.h"
#include "client/supervise/Question.h"
#include "client/supervise/Settings.h"

#include <functional>
#include <memory>

namespace baton::supervise {

/// Tcp, Http, Probe and Exec questions; the first yes ends it. A question that gets no answer in its time is put again
/// with twice the time: one that was lost does not cost much, and one that takes long is answered in the end.
class Prober {
public:
    Prober(loop::EventLoop& loop, Log& log, const Settings& settings, Patient patient, std::function<void()> yes);

private:
    static constexpr Duration BetweenQuestions{100};
    static constexpr Duration FirstPatience{5'000};

    void ask();
    void askLater();
    void judge(const JobResult& result);
    Duration timeLeft() const;
    os::SpawnOptions question() const;

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    Patient patient_;
    std::function<void()> yes_;
    Instant end_; // of --ready-timeout
    Duration patience_ = FirstPatience;
    std::unique_ptr<Job> job_;
    loop::Registration next_;
};

} // namespace baton::supervise
