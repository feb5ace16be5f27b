#include "client/supervise/ServiceManager.h"

#include "client/os/Sockets.h"

#include <cstdlib>

namespace baton::supervise {

ServiceManager::ServiceManager()
{
    if (const char* socket = std::getenv("NOTIFY_SOCKET")) socket_ = socket;
}

void ServiceManager::ready()
{
    if (saidReady_ || socket_.empty()) return;
    saidReady_ = os::notify(socket_, "READY=1");
}

void ServiceManager::status(const std::string& text) const
{
    if (!socket_.empty()) os::notify(socket_, "STATUS=" + text);
}

void ServiceManager::stopping() const
{
    if (!socket_.empty()) os::notify(socket_, "STOPPING=1");
}

} // namespace baton::supervise
