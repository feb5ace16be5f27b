#include "client/supervise/Prober.h"

#include "client/supervise/Roles.h"

#include <algorithm>
#include <exception>

namespace baton::supervise {

Prober::Prober(loop::EventLoop& loop, Log& log, const Settings& settings, Patient patient, std::function<void()> yes)
    : loop_(loop),
      log_(log),
      settings_(settings),
      patient_(std::move(patient)),
      yes_(std::move(yes)),
      end_(loop.clock().now() + settings.readyTimeout)
{
    ask();
}

void Prober::ask()
{
    try {
        job_ = std::make_unique<Job>(loop_, question(), std::min(patience_, timeLeft()), 0,
                                     [this](const JobResult& result) { judge(result); });
    } catch (const std::exception& e) {
        log_.warning(std::string("could not ask whether the release is ready, trying again: ") + e.what());
        askLater();
    }
}

void Prober::judge(const JobResult& result)
{
    if (result.status == os::ExitStatus{}) {
        const auto yes = yes_; // The call destroys us.
        return yes();
    }
    if (!result.status) patience_ *= 2;
    askLater();
}

// The program may have asked for more of it: then it is asked for as long as it lives.
Duration Prober::timeLeft() const
{
    return std::max(FirstPatience, std::chrono::duration_cast<Duration>(end_ - loop_.clock().now()));
}

void Prober::askLater()
{
    next_ = loop_.after(BetweenQuestions, [this] { ask(); });
}

os::SpawnOptions Prober::question() const
{
    const auto& readiness = settings_.readiness;
    if (readiness.kind == ReadyKind::Exec) return commandQuestion(settings_, patient_, readiness.target);
    if (readiness.kind == ReadyKind::Probe) return probeQuestion(settings_, patient_, readiness.target);
    return roleOptions(settings_, settings_.prober,
                       {readiness.kind == ReadyKind::Tcp ? "tcp" : "http", readiness.target});
}

} // namespace baton::supervise
