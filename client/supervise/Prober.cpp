#include "client/supervise/Prober.h"

#include "client/supervise/Environment.h"
#include "client/supervise/Roles.h"

#include <unistd.h>

#include <exception>

namespace baton::supervise {

Prober::Prober(loop::EventLoop& loop, Log& log, const Settings& settings, std::function<void()> yes)
    : loop_(loop),
      log_(log),
      settings_(settings),
      yes_(std::move(yes))
{
    ask();
}

void Prober::ask()
{
    try {
        job_ = std::make_unique<Job>(loop_, question(), LongestQuestion, 0, [this](const JobResult& result) {
            if (!result.status || *result.status != os::ExitStatus{}) return askLater();
            const auto yes = yes_; // The call destroys us.
            yes();
        });
    } catch (const std::exception& e) {
        log_.warning(std::string("could not ask whether the release is ready, trying again: ") + e.what());
        askLater();
    }
}

void Prober::askLater()
{
    next_ = loop_.after(BetweenQuestions, [this] { ask(); });
}

os::SpawnOptions Prober::question() const
{
    const auto& readiness = settings_.readiness;
    if (readiness.kind != ReadyKind::Exec)
        return roleOptions(settings_, settings_.prober,
                           {readiness.kind == ReadyKind::Tcp ? "tcp" : "http", readiness.target});
    os::SpawnOptions options;
    options.executable = "/bin/sh";
    options.arguments = {"sh", "-c", readiness.target};
    options.environment = programEnvironment(environ);
    options.standardInput = devNull();
    return options;
}

} // namespace baton::supervise
