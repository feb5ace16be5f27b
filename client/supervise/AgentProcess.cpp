#include "client/supervise/AgentProcess.h"

#include "client/control/Lending.h"
#include "client/os/Sockets.h"
#include "client/supervise/Roles.h"

#include <sys/socket.h>

#include <array>
#include <string>

namespace baton::supervise {

AgentProcess::AgentProcess(loop::EventLoop& loop, Log& log, const Settings& settings, News news)
    : loop_(loop),
      log_(log),
      settings_(settings),
      news_(std::move(news)),
      process_(
          loop, log, "the agent", [this] { return start(); }, [this] { close(); })
{
    if (isWanted()) process_.start();
}

os::Child AgentProcess::start()
{
    auto [ours, theirs] = os::packetPair();
    auto [lender, borrower] = os::packetPair();
    auto role = settings_.agent;
    role.environment.push_back("BATON_CHANNEL=" + std::to_string(FirstPassedToRole));
    role.environment.push_back("BATON_FILES=" + std::to_string(FirstPassedToRole + 1));
    auto options = roleOptions(settings_, role, {}, {theirs.get(), borrower.get()});
    options.facesStrangers = true;
    auto child = os::Child::spawn(options);
    channel_ = std::move(ours);
    files_ = std::move(lender);
    channelWatch_ = loop_.whenReadable(channel_.get(), [this] { hear(); });
    filesWatch_ = loop_.whenReadable(files_.get(), [this] { lend(); });
    return child;
}

void AgentProcess::ring(control::AgentBell bell)
{
    if (!channel_) return;
    const auto text = print(bell);
    ::send(channel_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void AgentProcess::check()
{
    if (isWanted()) process_.start();
    ring(control::AgentBell::Check);
}

void AgentProcess::hear()
{
    std::array<char, control::LongestMessage + 1> text{};
    for (int i = 0; i < MostMessages; ++i) {
        const auto length = ::recv(channel_.get(), text.data(), text.size(), MSG_DONTWAIT);
        if (length == 0) return channelWatch_.reset(); // Its end follows on the pidfd.
        if (length < 0) return;
        const auto news = control::parseNews({text.data(), static_cast<std::size_t>(length)});
        if (news)
            news_(*news);
        else
            log_.debug("the agent said something that is no news");
    }
}

void AgentProcess::lend()
{
    if (!control::lend(files_.get(), settings_.agent.files)) filesWatch_.reset();
}

void AgentProcess::close()
{
    channelWatch_.reset();
    filesWatch_.reset();
    channel_.reset();
    files_.reset();
}

} // namespace baton::supervise
