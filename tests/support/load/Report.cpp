#include "tests/support/load/Report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace baton::load {
namespace {

constexpr std::array ModeNames{"new", "kept"};
constexpr std::array Modes{Mode::New, Mode::Kept};

double milliseconds(Micros time) { return static_cast<double>(time.count()) / 1e3; }
double seconds(Micros time) { return static_cast<double>(time.count()) / 1e6; }

template <typename... Values>
std::string format(const char* pattern, Values... values)
{
    std::array<char, 256> line{};
    std::snprintf(line.data(), line.size(), pattern, values...);
    return line.data();
}

nlohmann::json jsonOf(const Counts& counts)
{
    nlohmann::json failures;
    for (std::size_t i = 0; i < TroubleNames.size(); ++i) failures[TroubleNames[i]] = counts.failures[i];
    return {{"sent", counts.sent},
            {"answered", counts.answered},
            {"failed", counts.failed()},
            {"slow", counts.slow},
            {"repeated", counts.repeated},
            {"failures", failures},
            {"latencyMs",
             {{"p50", milliseconds(counts.latency(0.5))},
              {"p99", milliseconds(counts.latency(0.99))},
              {"max", milliseconds(counts.latency(1))}}}};
}

std::string textOf(const char* name, const Counts& counts)
{
    auto line =
        format("  %-5s %llu sent, %llu answered, %llu failed; latency p50 %.1f ms, p99 %.1f ms, max %.1f ms", name,
               static_cast<unsigned long long>(counts.sent), static_cast<unsigned long long>(counts.answered),
               static_cast<unsigned long long>(counts.failed()), milliseconds(counts.latency(0.5)),
               milliseconds(counts.latency(0.99)), milliseconds(counts.latency(1)));
    if (counts.slow > 0) line += "; slow " + std::to_string(counts.slow);
    if (counts.repeated > 0) line += "; repeated " + std::to_string(counts.repeated);
    for (std::size_t i = 0; i < TroubleNames.size(); ++i)
        if (counts.failures[i] > 0)
            line += std::string("; ") + TroubleNames[i] + ' ' + std::to_string(counts.failures[i]);
    return line + '\n';
}

} // namespace

std::uint64_t Counts::failed() const { return std::accumulate(failures.begin(), failures.end(), std::uint64_t{0}); }

Micros Counts::latency(double quantile) const
{
    if (latencies.empty()) return Micros(0);
    auto sorted = latencies;
    const auto at = static_cast<std::ptrdiff_t>(quantile * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + at, sorted.end());
    return Micros(sorted[static_cast<std::size_t>(at)]);
}

std::uint64_t Report::sent() const { return of(Mode::New).sent + of(Mode::Kept).sent; }
std::uint64_t Report::answered() const { return of(Mode::New).answered + of(Mode::Kept).answered; }
std::uint64_t Report::failed() const { return of(Mode::New).failed() + of(Mode::Kept).failed(); }
std::uint64_t Report::slow() const { return of(Mode::New).slow + of(Mode::Kept).slow; }

std::string printText(const Report& report)
{
    auto text = format("%llu requests in %.1f s: %llu answered, %llu failed; longest time with no answer %.1f ms\n",
                       static_cast<unsigned long long>(report.sent()), seconds(report.lasted),
                       static_cast<unsigned long long>(report.answered()),
                       static_cast<unsigned long long>(report.failed()), milliseconds(report.longestGap));
    for (const auto mode : Modes)
        if (report.of(mode).sent > 0) text += textOf(ModeNames[static_cast<std::size_t>(mode)], report.of(mode));
    for (const auto& [version, count] : report.versions)
        text += format("  %-12s %8llu answers, from %.3f s to %.3f s\n", version.substr(0, 60).c_str(),
                       static_cast<unsigned long long>(count.answered), seconds(count.first), seconds(count.last));
    return text;
}

std::string printJson(const Report& report)
{
    nlohmann::json json{
        {"seconds", seconds(report.lasted)}, {"sent", report.sent()}, {"answered", report.answered()},
        {"failed", report.failed()},         {"slow", report.slow()}, {"longestGapMs", milliseconds(report.longestGap)},
        {"keptOpened", report.opened}};
    for (const auto mode : Modes) json[ModeNames[static_cast<std::size_t>(mode)]] = jsonOf(report.of(mode));
    auto& versions = json["versions"] = nlohmann::json::object();
    for (const auto& [version, count] : report.versions)
        versions[version] = {
            {"answered", count.answered}, {"first", seconds(count.first)}, {"last", seconds(count.last)}};
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

} // namespace baton::load
