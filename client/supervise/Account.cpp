#include "client/supervise/Account.h"

#include "client/core/Duration.h"
#include "client/core/Text.h"
#include "client/os/Errors.h"

#include <string_view>

namespace baton::supervise {
namespace {

constexpr std::string_view Draining = "draining "; // as on BATON_CHANNEL

} // namespace

Account::Account(const AccountState& state)
    : status_(state.status),
      notified_(state.notified),
      cause_(state.cause),
      error_(state.error)
{
}

void Account::heard(const Notification& notification)
{
    if (notification.status) status_ = *notification.status;
    if (notification.error) error_ = notification.error;
    if (notification.reloading) notified_ = "reloading";
    if (notification.ready) notified_ = "ready"; // Also the end of a reload.
    if (notification.stopping) notified_ = "stopping";
}

std::optional<std::int64_t> Account::connections() const
{
    if (!status_.starts_with(Draining)) return std::nullopt;
    const auto said = std::string_view(status_).substr(Draining.size());
    return parseNumber(said.substr(0, said.find_first_of(" ,;:")));
}

void Account::failedWatchdog(std::optional<Duration> interval)
{
    cause_ = interval ? "missed its watchdog of " + printDuration(*interval) : "said WATCHDOG=trigger";
}

void Account::leftProcesses()
{
    cause_ = "left processes in the background without MAINPID= (it must name one of them, or stay in the foreground)";
}

void Account::killedForMemory(bool beside)
{
    cause_ = "was killed for memory";
    if (beside) cause_ += " (two releases side by side need the room of both; --handoff restart needs that of one)";
}

std::string Account::describeEnd(const os::ExitStatus& status) const
{
    std::string text = cause_;
    if (error_)
        text += (text.empty() ? "" : ", ") + std::string("said ERRNO=") + std::to_string(*error_) + ", " +
                os::describe(*error_) + ',';
    return text + (text.empty() ? "" : " and ") + "ended with " + os::describe(status);
}

} // namespace baton::supervise
