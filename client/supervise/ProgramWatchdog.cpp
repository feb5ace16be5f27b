#include "client/supervise/ProgramWatchdog.h"

namespace baton::supervise {

ProgramWatchdog::ProgramWatchdog(loop::EventLoop& loop, Duration interval, std::function<void()> missed)
    : loop_(loop),
      interval_(interval),
      missed_(std::move(missed))
{
}

void ProgramWatchdog::start()
{
    runs_ = true;
    arm();
}

void ProgramWatchdog::heard()
{
    if (runs_) arm();
}

void ProgramWatchdog::setInterval(Duration interval)
{
    interval_ = interval;
    heard();
}

void ProgramWatchdog::stop()
{
    runs_ = false;
    timer_.reset();
}

void ProgramWatchdog::arm()
{
    if (interval_ == Duration(0)) return timer_.reset();
    armAt(loop_.clock().now() + interval_);
}

void ProgramWatchdog::restore(const ProgramWatchdogState& state)
{
    interval_ = state.interval;
    runs_ = state.runs;
    if (state.due) armAt(*state.due);
}

void ProgramWatchdog::armAt(Instant due)
{
    timer_ = loop_.at(due, [this] {
        stop();
        missed_();
    });
}

} // namespace baton::supervise
