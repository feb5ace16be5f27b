#include "client/assemble/ValueCheck.h"

#include "client/assemble/Sections.h"
#include "client/assemble/SignalRules.h"
#include "client/core/Amounts.h"
#include "client/core/Duration.h"
#include "client/core/HostPort.h"
#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/os/ListenAddress.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace baton::assemble {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 8> Signals{{{"TERM", SIGTERM},
                                                                   {"INT", SIGINT},
                                                                   {"QUIT", SIGQUIT},
                                                                   {"HUP", SIGHUP},
                                                                   {"USR1", SIGUSR1},
                                                                   {"USR2", SIGUSR2},
                                                                   {"WINCH", SIGWINCH},
                                                                   {"ALRM", SIGALRM}}};

std::string faultOfUrl(std::string_view text)
{
    if (text.starts_with("unix:/")) return {}; // The rest of it is the transport's to read.
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto host = text.substr(scheme.size());
        const bool clean =
            std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c >= 0x7f; });
        return host.empty() || host.front() == '/' || host.front() == ':' || !clean ? "is no URL" : "";
    }
    return "is no http://, https:// or unix:/ URL";
}

// A smaller limit would look like a server that is too slow, which a download is taken from.
std::string faultOfRate(const Option& option, std::string_view text)
{
    constexpr std::int64_t LeastBandwidth = 64'000;
    const auto rate = parseRate(text);
    if (!rate) return "is no rate (a whole number and kB/s, MB/s or GB/s)";
    return option.name == "bandwidth" && *rate < LeastBandwidth ? "is below 64kB/s" : "";
}

std::string faultOfListener(const std::string& text)
try {
    os::parseListenAddress(text);
    return {};
} catch (const std::invalid_argument& error) {
    return std::string("is none: ") + error.what();
}

// "WHAT" or "WHAT STATUS", as a question by HTTP is put.
bool hasStatus(std::string_view& text)
{
    const auto blank = text.rfind(' ');
    if (blank == text.npos) return true;
    const auto status = parseNumber(text.substr(blank + 1));
    text = text.substr(0, blank);
    return status && *status >= 200 && *status <= 599;
}

// "/PATH" or "/PATH STATUS" behind http:, for the probe listener.
std::string faultOfProbePath(std::string_view text)
{
    if (!hasStatus(text)) return "has something behind its path that is no HTTP status";
    return hasControls(text) || text.find(' ') != text.npos ? "is no path that can be asked for" : "";
}

bool asksProbe(std::string_view text) { return text.starts_with("http:/") && !text.starts_with("http://"); }

std::string faultOfReadiness(std::string_view text)
{
    if (text == "notify" || text == "tcp") return {};
    if (text.starts_with("tcp:")) return parseHostPort(text.substr(4)) ? "" : "has no HOST:PORT behind tcp:";
    if (text.starts_with("delay:")) return parseDuration(text.substr(6)) ? "" : "has no duration behind delay:";
    if (text.starts_with("exec:")) return text.size() > 5 ? "" : "has no command behind exec:";
    if (text.starts_with("http://") || text.starts_with("https://"))
        return hasStatus(text) ? faultOfUrl(text) : "has something behind its URL that is no HTTP status";
    if (asksProbe(text)) return faultOfProbePath(text);
    return "is none of notify, tcp, tcp:HOST:PORT, http[s]://HOST:PORT/PATH [STATUS], http:/PATH [STATUS], "
           "exec:COMMAND, delay:DUR";
}

std::string faultOfHealth(std::string_view text)
{
    if (text.starts_with("exec:")) return text.size() > 5 ? "" : "has no command behind exec:";
    if (asksProbe(text)) return faultOfProbePath(text);
    return "is neither http:/PATH [STATUS] nor exec:COMMAND";
}

std::string faultOfListenerName(std::string_view text)
try {
    os::parseListenAddress(std::string(text) + "=127.0.0.1:0");
    return {};
} catch (const std::invalid_argument&) {
    return "is no name: printable characters without a colon or a blank";
}

std::string faultOfChoice(const Option& option, std::string_view text)
{
    const auto words = split(option.placeholder, '|');
    if (std::find(words.begin(), words.end(), text) != words.end()) return {};
    return "is none of " + std::string(option.placeholder);
}

std::string faultOfSignalRule(const std::string& text)
try {
    parseSignalRule(text);
    return {};
} catch (const std::invalid_argument& error) {
    return std::string("is none: ") + error.what();
}

std::string faultOfDefinition(std::string_view text)
{
    const auto equals = text.find('=');
    return equals == std::string_view::npos || equals == 0 ? "is not KEY=VALUE" : "";
}

std::string faultOfOtherApp(std::string_view text)
{
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals + 1 == text.size()) return "is not NAME=ID";
    return isPlainName(text.substr(0, equals)) ? "" : "has a NAME that is no plain directory name";
}

// The collector reads no other files. What begins with a slash is a file, whatever follows.
std::string faultOfMetrics(std::string_view text)
{
    constexpr std::string_view End = ".prom";
    if (text.ends_with(End) && text.size() > End.size() && !text.ends_with("/.prom")) return "";
    if (text.find('/') == text.npos && parseHostPort(text)) return "";
    return "is neither HOST:PORT, where they are asked for, nor a file whose name ends in .prom, as the textfile "
           "collector wants it";
}

std::string faultOfFlag(std::string_view text)
{
    return text == "true" || text == "false" ? "" : "is neither true nor false";
}

} // namespace

std::optional<int> parseSignal(const std::string& text)
{
    std::string_view word = text;
    if (word.starts_with("SIG")) word.remove_prefix(3);
    const auto number = parseNumber(text);
    for (const auto& [name, value] : Signals)
        if (word == name || number == value) return value;
    return std::nullopt;
}

std::optional<WallTime> momentOf(const std::string& text, WallTime now)
{
    if (const auto time = parseTimestamp(text)) return time;
    if (const auto day = parseTimestamp(text + "T00:00:00Z")) return day;
    const auto wait = parseDuration(text);
    return wait ? std::optional(now + *wait) : std::nullopt;
}

std::string faultOf(const Option& option, const std::string& text)
{
    if (text.empty()) return "is empty";
    if (text.find('\0') != std::string::npos) return "holds a zero byte";
    switch (option.kind) {
    case ValueKind::Flag: return faultOfFlag(text);
    case ValueKind::Version: return isVersionText(text) ? "" : "is no version (digits, letters and . + _ ~ -)";
    case ValueKind::Duration: return parseDuration(text) ? "" : "is no duration (a whole number and ms, s, m, h or d)";
    case ValueKind::Rate: return faultOfRate(option, text);
    case ValueKind::Size: return parseSize(text) ? "" : "is no size (a whole number and kB, MB or GB)";
    case ValueKind::Url: return faultOfUrl(text);
    case ValueKind::Listen: return faultOfListener(text);
    case ValueKind::Choice: return faultOfChoice(option, text);
    case ValueKind::Ready: return faultOfReadiness(text);
    case ValueKind::Health: return faultOfHealth(text);
    case ValueKind::ListenName: return faultOfListenerName(text);
    case ValueKind::Signal: return parseSignal(text) ? "" : "is no signal that a program drains on";
    case ValueKind::OnSignal: return faultOfSignalRule(text);
    case ValueKind::Define: return faultOfDefinition(text);
    case ValueKind::OtherApp: return faultOfOtherApp(text);
    case ValueKind::Until: return momentOf(text, WallTime()) ? "" : "is neither a time, nor a day, nor how long";
    case ValueKind::ProgramName:
        return isProgramName(text) ? "" : "is no name of a program (1 to 32 letters, digits, - and _)";
    case ValueKind::Metrics: return faultOfMetrics(text);
    case ValueKind::Window: // Held against the time zones later, where they are known.
    case ValueKind::Text:
    case ValueKind::Path: return {};
    }
    return {};
}

} // namespace baton::assemble
