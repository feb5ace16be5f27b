#include "client/supervise/ServiceManager.h"

#include "client/os/Sockets.h"
#include "client/os/StartReport.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace baton::supervise {

ServiceManager::ServiceManager(std::vector<std::string> names, int report)
    : names_(std::move(names)),
      texts_(names_.size()),
      report_(report)
{
    if (const char* socket = std::getenv("NOTIFY_SOCKET")) socket_ = socket;
}

void ServiceManager::restore(const ServiceManagerState& state)
{
    saidReady_ = state.saidReady;
    ready_ = state.ready;
    ended_ = state.ended;
    stopping_ = state.stopping;
    texts_ = state.texts;
    texts_.resize(names_.size());
}

void ServiceManager::ready(int program)
{
    ready_.insert(program);
    sayReady();
}

void ServiceManager::ended(int program)
{
    ended_.insert(program);
    if (!ready_.empty()) sayReady();
}

void ServiceManager::sayReady()
{
    auto settled = ready_;
    settled.insert(ended_.begin(), ended_.end());
    if (saidReady_ || settled.size() < names_.size()) return;
    if (report_ >= 0) os::reportCode(report_, 0);
    saidReady_ = socket_.empty() || os::notify(socket_, "READY=1");
}

void ServiceManager::status(int program, const std::string& text)
{
    if (socket_.empty()) return;
    texts_.at(static_cast<std::size_t>(program)) = text;
    std::string all;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (texts_[i].empty()) continue;
        all += (all.empty() ? "" : "; ") + (names_[i].empty() ? std::string() : names_[i] + ": ") + texts_[i];
    }
    os::notify(socket_, "STATUS=" + all);
}

void ServiceManager::stopping(int program)
{
    const bool isNew = stopping_.insert(program).second;
    if (isNew && stopping_.size() == names_.size() && !socket_.empty()) os::notify(socket_, "STOPPING=1");
}

} // namespace baton::supervise
