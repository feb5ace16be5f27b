#include "client/supervise/Metrics.h"

#include "client/core/Timestamp.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

namespace baton::supervise {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

struct Sample {
    std::int64_t value = 0;
    Labels labels{};
};

using Samples = std::vector<Sample>;

struct Metric {
    const char* name;
    const char* type;
    const char* help;
    Samples (*samplesOf)(const ProgramMetrics&);
};

Samples time(const std::string& text)
{
    const auto moment = parseTimestamp(text);
    if (!moment) return {};
    return {{std::chrono::duration_cast<std::chrono::seconds>(moment->time_since_epoch()).count()}};
}

Samples release(const ProgramMetrics& program)
{
    if (!program.status.release) return {};
    const auto& release = *program.status.release;
    return {{1, {{"version", release.version}, {"sha256", release.sha256}}}};
}

Samples serving(const ProgramMetrics& program)
{
    const auto& state = program.status.state;
    return {{program.status.release && state != "ended" && state != "stopping" ? 1 : 0}};
}

Samples handingOver(const ProgramMetrics& program) { return {{program.status.candidate ? 1 : 0}}; }
Samples isRequired(const ProgramMetrics& program) { return {{program.needsSignatures ? 1 : 0}}; }
Samples keys(const ProgramMetrics& program) { return {{static_cast<std::int64_t>(program.keys)}}; }
Samples issued(const ProgramMetrics& program)
{
    return program.status.signedBy ? time(program.status.signedBy->issued) : Samples();
}
Samples expires(const ProgramMetrics& program)
{
    return program.status.signedBy ? time(program.status.signedBy->expires) : Samples();
}
Samples lastCheck(const ProgramMetrics& program) { return time(program.status.lastCheck); }

Samples lastCheckSuccess(const ProgramMetrics& program)
{
    if (program.status.lastCheck.empty()) return {};
    return {{program.status.lastCheckResult.starts_with("failed") ? 0 : 1}};
}

Samples outcomes(const ProgramMetrics& program)
{
    Samples samples;
    for (std::size_t i = 0; i < program.outcomes.size(); ++i)
        samples.push_back({program.outcomes.at(i), {{"outcome", std::string(name(static_cast<store::Outcome>(i)))}}});
    return samples;
}

Samples blocked(const ProgramMetrics& program) { return {{static_cast<std::int64_t>(program.status.blocked.size())}}; }

Samples untold(const ProgramMetrics& program) { return {{program.status.untold ? program.status.untold->events : 0}}; }

Samples lost(const ProgramMetrics& program) { return {{program.status.untold ? program.status.untold->lost : 0}}; }

constexpr std::array Metrics{
    Metric{"baton_release_info", "gauge", "The release that serves.", release},
    Metric{"baton_serving", "gauge", "Whether a release serves.", serving},
    Metric{"baton_handing_over", "gauge", "Whether a release is on its way to take over.", handingOver},
    Metric{"baton_signature_required", "gauge", "Whether a release is taken only if it is signed.", isRequired},
    Metric{"baton_keys_configured", "gauge", "Public keys that are believed; 0: digests alone are verified.", keys},
    Metric{"baton_statement_issued_timestamp_seconds", "gauge",
           "When the newest statement that was believed was signed.", issued},
    Metric{"baton_statement_expires_timestamp_seconds", "gauge", "When that statement runs out.", expires},
    Metric{"baton_last_check_timestamp_seconds", "gauge", "When the server was asked last.", lastCheck},
    Metric{"baton_last_check_success", "gauge", "Whether it gave an answer then.", lastCheckSuccess},
    Metric{"baton_updates_total", "counter", "Updates that ended so since this Baton began.", outcomes},
    Metric{"baton_blocked_releases", "gauge", "Releases that are never to run here again.", blocked},
    Metric{"baton_untold_events", "gauge", "Events that wait until the server takes them.", untold},
    Metric{"baton_lost_outcomes", "gauge", "Outcomes that the server will never hear of.", lost},
};

std::string escapedLabel(std::string_view text)
{
    std::string line;
    for (const char letter : text) {
        if (letter == '\\' || letter == '"') line += '\\';
        line += letter == '\n' ? std::string("\\n") : std::string(1, letter);
    }
    return line;
}

std::string line(std::string_view name, const Labels& labels, std::int64_t value)
{
    std::string inside;
    for (const auto& [label, text] : labels)
        inside += (inside.empty() ? "" : ",") + std::string(label) + "=\"" + escapedLabel(text) + '"';
    return std::string(name) + (inside.empty() ? inside : '{' + inside + '}') + ' ' + std::to_string(value) + '\n';
}

std::string head(std::string_view name, std::string_view type, std::string_view help)
{
    return "# HELP " + std::string(name) + ' ' + std::string(help) + "\n# TYPE " + std::string(name) + ' ' +
           std::string(type) + '\n';
}

std::string linesOf(const Metric& metric, const ProgramMetrics& program)
{
    std::string lines;
    for (auto& [value, labels] : metric.samplesOf(program)) {
        if (!program.program.empty()) labels.insert(labels.begin(), {"program", program.program});
        lines += line(metric.name, labels, value);
    }
    return lines;
}

} // namespace

std::string print(const std::vector<ProgramMetrics>& programs, std::string_view version)
{
    auto text = head("baton_build_info", "gauge", "The Baton that runs.") +
                line("baton_build_info", {{"version", std::string(version)}}, 1);
    for (const auto& metric : Metrics) {
        std::string lines;
        for (const auto& program : programs) lines += linesOf(metric, program);
        if (!lines.empty()) text += head(metric.name, metric.type, metric.help) + lines;
    }
    return text;
}

} // namespace baton::supervise
