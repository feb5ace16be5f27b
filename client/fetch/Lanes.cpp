#include "client/fetch/Lanes.h"

#include "client/fetch/IntoPart.h"

#include <algorithm>
#include <system_error>

namespace baton::fetch {
namespace {

constexpr Duration Tick{100}; // How often the overseer hears of the progress, and may end it.

} // namespace

/// One download, as its fetcher sees whoever waits for it.
class Lanes::Lane : public Watcher {
public:
    Lane(Lanes& lanes, std::size_t job) : lanes_(lanes), job_(job) {}

    void note(const Trace& trace, const std::string& setback) override
    {
        std::unique_lock lock(lanes_.mutex_);
        Note mine{lanes_.jobs_[job_].package, trace, setback};
        lanes_.notes_.push_back(&mine);
        lanes_.forOverseer_.notify_one();
        lanes_.forLanes_.wait(lock, [&] { return mine.done; });
    }

    bool progress(std::int64_t bytes) override
    {
        const std::lock_guard lock(lanes_.mutex_);
        lanes_.bytes_[job_] = bytes;
        return !lanes_.stopped_;
    }

    bool pause(Duration wait) override
    {
        std::unique_lock lock(lanes_.mutex_);
        const int before = lanes_.hurries_;
        lanes_.forLanes_.wait_for(lock, wait, [&] { return lanes_.stopped_ || lanes_.hurries_ != before; });
        return !lanes_.stopped_;
    }

private:
    Lanes& lanes_;
    std::size_t job_;
};

Lanes::Lanes(Fetcher& fetcher, const std::vector<Job>& jobs, Overseer& overseer)
    : fetcher_(fetcher),
      jobs_(jobs),
      overseer_(overseer),
      bytes_(jobs.size())
{
}

Result<Ending> Lanes::run(std::size_t lanes)
{
    living_ = std::min(lanes, jobs_.size());
    const auto missing = living_ - start(living_);
    {
        const std::lock_guard lock(mutex_);
        living_ -= missing;
    }
    oversee();
    for (auto& thread : threads_) thread.join();
    if (failure_) return *failure_;
    return stopped_ ? Ending::Stopped : Ending::Complete;
}

// With fewer threads than it should be it takes longer; with none it is nothing.
std::size_t Lanes::start(std::size_t lanes)
try {
    threads_.reserve(lanes);
    while (threads_.size() < lanes) threads_.emplace_back([this] { work(); });
    return threads_.size();
} catch (const std::system_error& e) {
    const std::lock_guard lock(mutex_);
    if (threads_.empty()) failure_ = Failure{Category::Download, code::Unexplained, e.what()};
    return threads_.size();
}

void Lanes::work() noexcept
{
    while (const auto job = nextJob()) {
        Lane lane(*this, *job);
        ended(fetcher_.fetch(*jobs_[*job].wanted, lane));
    }
    const std::lock_guard lock(mutex_);
    --living_;
    forOverseer_.notify_one();
}

std::optional<std::size_t> Lanes::nextJob()
{
    const std::lock_guard lock(mutex_);
    if (stopped_ || next_ == jobs_.size()) return std::nullopt;
    return next_++;
}

void Lanes::ended(const Result<Ending>& result)
{
    const std::lock_guard lock(mutex_);
    if (result) return;
    if (!failure_ && !stopped_) failure_ = result.error();
    stop();
}

void Lanes::oversee()
{
    std::unique_lock lock(mutex_);
    while (living_ > 0) {
        forOverseer_.wait_for(lock, Tick, [this] { return !notes_.empty() || living_ == 0; });
        takeNotes(lock);
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < jobs_.size(); ++i) sum += bytes_[i] * jobs_[i].times;
        callOut(lock, [&] { return overseer_.progress(sum); });
    }
    takeNotes(lock);
}

// The traces are read without the mutex: their lanes wait for exactly this.
void Lanes::takeNotes(std::unique_lock<std::mutex>& lock)
{
    while (!notes_.empty()) {
        auto& note = *notes_.front();
        notes_.erase(notes_.begin());
        callOut(lock, [&] {
            overseer_.note(note.package, note.trace, note.setback);
            return Wish::GoOn;
        });
        note.done = true;
        forLanes_.notify_all();
    }
}

// An exception stops all: it would otherwise leave the lanes without anybody to answer them.
void Lanes::callOut(std::unique_lock<std::mutex>& lock, const std::function<Wish()>& call)
{
    std::optional<Failure> failure;
    auto wish = Wish::Stop;
    lock.unlock();
    try {
        wish = call();
    } catch (const std::exception& e) {
        failure = diskFailure(e);
    }
    lock.lock();
    if (failure && !failure_) failure_ = failure;
    if (wish == Wish::Stop) return stop();
    if (wish == Wish::GoOn) return;
    ++hurries_;
    forLanes_.notify_all();
}

void Lanes::stop()
{
    stopped_ = true;
    forLanes_.notify_all();
}

} // namespace baton::fetch
