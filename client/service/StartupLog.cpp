#include "client/service/StartupLog.h"

#include <Poco/ConsoleChannel.h>
#include <Poco/Logger.h>

#include <iostream>
#include <string>
#include <vector>

namespace baton::service {
namespace {

// Every logger inherits the channel that its parent had when it was made, so each is looked at.
void replaceChannel(const Poco::AutoPtr<Poco::Channel>& from, const Poco::AutoPtr<Poco::Channel>& to)
{
    std::vector<std::string> names;
    Poco::Logger::names(names);
    for (const auto& name : names)
        if (auto& logger = Poco::Logger::get(name); logger.getChannel() == from) logger.setChannel(to);
}

} // namespace

StartupLog::StartupLog()
{
    Poco::Logger::root(); // It may not be there yet.
    channel_ = new Poco::ConsoleChannel(std::cerr);
    replaceChannel({}, channel_);
}

void StartupLog::end()
{
    if (channel_) replaceChannel(channel_, {});
    channel_.reset();
}

} // namespace baton::service
