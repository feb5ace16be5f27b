#include "client/supervise/Reload.h"

#include "client/core/Text.h"
#include "client/supervise/Roles.h"

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

} // namespace

std::string print(const ReloadReport& report)
{
    if (!report.error.empty()) return "{\"error\":" + quoted(report.error) + "}\n";
    return "{\"accepted\":true,\"changed\":" + list(report.changed) + ",\"refused\":" + list(report.refused) + "}\n";
}

Reload::Reload(loop::EventLoop& loop, Log& log, const Settings& settings, ReloadedListeners listeners)
    : loop_(loop),
      log_(log),
      settings_(settings),
      listeners_(std::move(listeners))
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
    auto report = applyListeners(wanted, listeners_.set, listeners_.held(), listeners_.guard);
    listeners_.wanted = acceptedOf(wanted, listeners_.set);
    report.refused.insert(report.refused.end(), refused.begin(), refused.end());
    return report;
} catch (const std::exception& e) {
    return {e.what(), {}, {}};
}

} // namespace baton::supervise
