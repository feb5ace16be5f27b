#include "client/supervise/Reload.h"

#include "client/core/Text.h"
#include "client/os/Listening.h"
#include "client/supervise/Roles.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace baton::supervise {
namespace {

constexpr std::size_t LongestSentence = 1000;

std::string quoted(const std::string& sentence)
{
    std::string text = "\"";
    for (const char letter : escaped(sentence, LongestSentence)) {
        if (letter == '"' || letter == '\\') text += '\\';
        text += letter;
    }
    return text + '"';
}

std::string list(const std::vector<std::string>& sentences)
{
    std::string text;
    for (const auto& sentence : sentences) text += (text.empty() ? "" : ",") + quoted(sentence);
    return '[' + text + ']';
}

bool isSamePlace(os::ListenAddress left, const os::ListenAddress& right)
{
    left.backlog = right.backlog;
    left.mode = right.mode;
    left.owner = right.owner;
    left.group = right.group;
    return left == right;
}

/// Brings one name after the other to what is wanted of it.
class Change {
public:
    Change(ListenerSet& listeners, ListenerGuard& guard) : listeners_(listeners), guard_(guard) {}

    void removeAllBut(const std::vector<os::ListenAddress>& wanted)
    {
        const auto all = listeners_.all(); // A copy: the set changes.
        for (const auto& listener : all) {
            if (!listener->address || !listeners_.has(listener->name)) continue;
            const bool stays = std::any_of(wanted.begin(), wanted.end(),
                                           [&](const auto& address) { return address.name == listener->name; });
            if (stays) continue;
            guard_.letGo(listener->name);
            listeners_.remove(listener->name);
            report.changed.push_back(listener->name + " is removed: the next generation does not get it, and it is " +
                                     "closed once none has it");
        }
    }

    void settle(const os::ListenAddress& wanted)
    try {
        const auto found = std::find_if(listeners_.all().begin(), listeners_.all().end(),
                                        [&](const auto& listener) { return listener->name == wanted.name; });
        if (found == listeners_.all().end()) {
            listeners_.bindForNext(wanted);
            report.changed.push_back(wanted.name + '=' + print(wanted) + " is added for the next generation");
            return;
        }
        if (!(*found)->address || *(*found)->address == wanted) return; // systemd's place, or as it was.
        const auto before = *(*found)->address;
        if (before.sockets != wanted.sockets) return refuseGroup(before, wanted);
        if (isSamePlace(before, wanted)) return adjust(wanted);
        listeners_.bindForNext(wanted);
        guard_.letGo(wanted.name);
        listeners_.remove(wanted.name, before);
        report.changed.push_back(wanted.name + " is " + print(wanted) + " for the next generation, and was " +
                                 print(before));
    } catch (const std::exception& e) {
        report.refused.emplace_back(e.what());
    }

    ReloadReport report;

private:
    void refuseGroup(const os::ListenAddress& before, const os::ListenAddress& wanted)
    {
        report.refused.push_back(wanted.name + " keeps its " + std::to_string(before.sockets) +
                                 (before.sockets == 1 ? " socket" : " sockets") + " and does not get " +
                                 std::to_string(wanted.sockets) +
                                 ": each has a queue of its own, and a group changes only when Baton is started anew");
    }

    void adjust(const os::ListenAddress& wanted)
    {
        if (os::isUnix(wanted.kind)) os::applyOwnership(wanted);
        for (const auto& listener : listeners_.all()) {
            if (listener->name != wanted.name) continue;
            listener->address = wanted;
            if (listener->listens) os::beginToListen(listener->socket.get(), wanted);
            guard_.learn(*listener);
        }
        report.changed.push_back(wanted.name + " is " + print(wanted) + " from now on");
    }

    ListenerSet& listeners_;
    ListenerGuard& guard_;
};

} // namespace

std::string print(const ReloadReport& report)
{
    if (!report.error.empty()) return "{\"error\":" + quoted(report.error) + "}\n";
    return "{\"accepted\":true,\"changed\":" + list(report.changed) + ",\"refused\":" + list(report.refused) + "}\n";
}

ReloadReport applyListeners(const std::vector<os::ListenAddress>& wanted, ListenerSet& listeners, ListenerGuard& guard)
{
    Change change(listeners, guard);
    change.removeAllBut(wanted); // First: one that is added may take its place.
    for (const auto& address : wanted) change.settle(address);
    listeners.arrange(wanted);
    return change.report;
}

Reload::Reload(loop::EventLoop& loop, Log& log, const Settings& settings, ListenerSet& listeners, ListenerGuard& guard)
    : loop_(loop),
      log_(log),
      settings_(settings),
      listeners_(listeners),
      guard_(guard)
{
}

std::string Reload::begin()
{
    if (!job_)
        job_ = std::make_unique<Job>(loop_, roleOptions(settings_, settings_.reader), Longest, LongestOutput,
                                     [this](const JobResult& result) { take(result); });
    return "{\"accepted\":true}\n";
}

void Reload::restore(ReloadReport last, bool wasBusy)
{
    last_ = std::move(last);
    if (!wasBusy) return;
    try {
        begin();
    } catch (const std::exception& e) {
        last_ = {std::string("the configuration could not be read: ") + e.what(), {}, {}};
        log_.error("reload: nothing was changed: " + last_.error);
    }
}

std::string Reload::result() const { return job_ ? "{\"pending\":true}\n" : print(last_); }

void Reload::take(const JobResult& result)
{
    job_.reset();
    last_ = judge(result);
    if (!last_.error.empty()) return log_.error("reload: nothing was changed: " + last_.error);
    for (const auto& sentence : last_.changed) log_.info("reload: " + sentence);
    for (const auto& sentence : last_.refused) log_.warning("reload: " + sentence);
    if (last_.changed.empty() && last_.refused.empty()) log_.info("reload: nothing has changed");
}

ReloadReport Reload::judge(const JobResult& result)
try {
    std::vector<os::ListenAddress> wanted;
    std::vector<std::string> refused;
    bool whole = false;
    for (const auto line : split(result.output, '\n')) {
        const auto blank = line.find(' ');
        const auto word = line.substr(0, blank);
        const std::string rest(blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1));
        if (word == "error") return {rest, {}, {}};
        if (word == "listen") wanted.push_back(os::parseListenAddress(rest));
        if (word == "refused") refused.push_back(rest);
        if (word == "end") whole = true;
    }
    if (!whole) return {"the configuration could not be read; see the log of this Baton", {}, {}};
    auto report = applyListeners(wanted, listeners_, guard_);
    report.refused.insert(report.refused.end(), refused.begin(), refused.end());
    return report;
} catch (const std::exception& e) {
    return {e.what(), {}, {}};
}

} // namespace baton::supervise
