#include "client/supervise/AgentProcess.h"

#include "client/control/Lending.h"
#include "client/core/Duration.h"
#include "client/os/Sockets.h"
#include "client/supervise/Roles.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <string>

namespace baton::supervise {

AgentProcess::AgentProcess(loop::EventLoop& loop, Log& log, const Settings& settings, News news)
    : loop_(loop),
      log_(log),
      settings_(settings),
      news_(std::move(news))
{
    if (isWanted()) start();
}

AgentProcess::~AgentProcess()
{
    if (!child_) return;
    child_->signalGroup(SIGKILL); // Whatever it was at, the next one goes on from the disk.
    child_->reap();
}

void AgentProcess::start()
try {
    auto [ours, theirs] = os::packetPair();
    auto [lender, borrower] = os::packetPair();
    auto role = settings_.agent;
    role.environment.push_back("BATON_CHANNEL=" + std::to_string(FirstPassedToRole));
    role.environment.push_back("BATON_FILES=" + std::to_string(FirstPassedToRole + 1));
    auto options = roleOptions(settings_, role, {}, {theirs.get(), borrower.get()});
    options.facesStrangers = true;
    child_ = os::Child::spawn(options);
    channel_ = std::move(ours);
    files_ = std::move(lender);
    started_ = loop_.clock().now();
    channelWatch_ = loop_.whenReadable(channel_.get(), [this] { hear(); });
    filesWatch_ = loop_.whenReadable(files_.get(), [this] { lend(); });
    endWatch_ = loop_.whenReadable(
        child_->pidfd(), [this] { ended(); }, loop::Priority::Death);
} catch (const std::exception& e) {
    log_.error(std::string("could not start the agent: ") + e.what());
    startLater();
}

void AgentProcess::startLater()
{
    again_ = loop_.after(pause_, [this] { start(); });
    pause_ = std::min(pause_ * 2, LongestPause);
}

void AgentProcess::ring(control::AgentBell bell)
{
    if (!channel_) return;
    const auto text = print(bell);
    ::send(channel_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void AgentProcess::check()
{
    if (!child_ && isWanted()) {
        again_.reset();
        start();
    }
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

void AgentProcess::ended()
{
    const auto status = child_->ended();
    if (!status) return;
    child_->signalGroup(SIGKILL);
    child_->reap();
    channelWatch_.reset();
    filesWatch_.reset();
    endWatch_.reset();
    channel_.reset();
    files_.reset();
    child_.reset();
    if (loop_.clock().now() - started_ > LongestPause) pause_ = ShortestPause;
    log_.warning("the agent ended with " + os::describe(*status) + "; it starts again in " + printDuration(pause_));
    startLater();
}

} // namespace baton::supervise
