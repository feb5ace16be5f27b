#include "client/supervise/HealthWatch.h"

#include "client/core/Duration.h"

#include <algorithm>
#include <exception>

namespace baton::supervise {

HealthWatch::HealthWatch(loop::EventLoop& loop, Log& log, const Settings& settings, Patient patient,
                         std::function<void(const std::string&)> failed, int failures)
    : loop_(loop),
      log_(log),
      settings_(settings),
      patient_(std::move(patient)),
      failed_(std::move(failed)),
      failures_(failures)
{
    askLater(settings_.health.interval);
}

void HealthWatch::askLater(Duration in)
{
    next_ = loop_.after(in, [this] { ask(); });
}

void HealthWatch::ask()
{
    asked_ = loop_.clock().now();
    try {
        job_ = std::make_unique<Job>(loop_, question(), settings_.health.interval, 0,
                                     [this](const JobResult& result) { judge(result); });
    } catch (const std::exception& e) {
        log_.warning(std::string("the health question could not be asked, which says nothing of the release: ") +
                     e.what());
        askLater(settings_.health.interval);
    }
}

void HealthWatch::judge(const JobResult& result)
{
    if (result.status == os::ExitStatus{}) {
        failures_ = 0;
        return askLater(std::max(Duration(0), asked_ + settings_.health.interval - loop_.clock().now()));
    }
    ++failures_;
    log_.warning("health question " + std::to_string(failures_) + " of " + std::to_string(settings_.health.failures) +
                 " failed: " +
                 (result.status ? "it was answered with " + os::describe(*result.status)
                                : "no answer within " + printDuration(settings_.health.interval)));
    if (failures_ < settings_.health.failures)
        return askLater(std::max(Duration(0), asked_ + settings_.health.interval - loop_.clock().now()));
    const auto failed = failed_; // The call may destroy us.
    failed("it failed " + std::to_string(failures_) + " health questions in a row");
}

os::SpawnOptions HealthWatch::question() const
{
    const auto& health = settings_.health;
    return health.kind == HealthKind::Http ? probeQuestion(settings_, patient_, health.target)
                                           : commandQuestion(settings_, patient_, health.target);
}

} // namespace baton::supervise
