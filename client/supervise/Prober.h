// Asks a generation whether it is ready, again and again, by a process of its own for each question.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/supervise/Job.h"
#include "client/supervise/Settings.h"

#include <functional>
#include <memory>

namespace baton::supervise {

/// Tcp, Http and Exec questions; the first yes ends it.
class Prober {
public:
    Prober(loop::EventLoop& loop, Log& log, const Settings& settings, std::function<void()> yes);

private:
    static constexpr Duration BetweenQuestions{100};
    static constexpr Duration LongestQuestion{5'000};

    void ask();
    void askLater();
    os::SpawnOptions question() const;

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    std::function<void()> yes_;
    std::unique_ptr<Job> job_;
    loop::Registration next_;
};

} // namespace baton::supervise
