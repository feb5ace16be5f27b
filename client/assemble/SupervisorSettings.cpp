#include "client/assemble/SupervisorSettings.h"

#include "client/assemble/Places.h"
#include "client/assemble/UsageError.h"
#include "client/assemble/ValueCheck.h"
#include "client/core/Amounts.h"
#include "client/core/Duration.h"
#include "client/core/ProxyVariables.h"
#include "client/core/Text.h"
#include "client/os/Confinement.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace baton::assemble {
namespace {

using supervise::ReadyKind;

/// What --ready begins with, and what that asks.
constexpr std::array<std::pair<std::string_view, ReadyKind>, 5> Questions{{{"tcp:", ReadyKind::Tcp},
                                                                           {"http:", ReadyKind::Http},
                                                                           {"https:", ReadyKind::Http},
                                                                           {"exec:", ReadyKind::Exec},
                                                                           {"delay:", ReadyKind::Delay}}};

std::string firstTcpListener(const std::vector<os::ListenAddress>& listeners)
{
    const auto tcp = std::find_if(listeners.begin(), listeners.end(),
                                  [](const auto& listener) { return listener.kind == os::ListenKind::Tcp; });
    if (tcp == listeners.end())
        throw UsageError("--ready tcp asks the first --listen, and there is none; say --ready tcp:HOST:PORT");
    return print(tcp->address);
}

// A path of the probe listener, that is: http:/PATH, and no URL.
bool asksProbe(const std::string& text) { return text.starts_with("http:/") && !text.starts_with("http://"); }

supervise::Readiness readinessOf(const Values& values, const std::vector<os::ListenAddress>& listeners)
{
    const auto text = values.text("ready");
    if (asksProbe(text)) {
        if (!values.has("probe-listen"))
            throw UsageError("--ready http:/PATH asks the very generation, not the shared port: it needs "
                             "--probe-listen NAME; a URL begins with http://");
        return {ReadyKind::Probe, text.substr(5), Duration(0)};
    }
    if (text == "tcp") return {ReadyKind::Tcp, firstTcpListener(listeners), Duration(0)};
    for (const auto& [beginning, kind] : Questions) {
        if (!text.starts_with(beginning)) continue;
        const auto behind = text.substr(beginning.size());
        if (kind == ReadyKind::Delay) return {kind, {}, parseDuration(behind).value_or(Duration(0))};
        return {kind, kind == ReadyKind::Http ? text : behind, Duration(0)};
    }
    return {};
}

supervise::Health healthOf(const Values& values)
{
    supervise::Health health;
    if (!values.has("health")) return health;
    const auto text = values.text("health");
    const bool asksByHttp = text.starts_with("http:");
    if (asksByHttp && !values.has("probe-listen"))
        throw UsageError("--health http:… asks the very generation, not the shared port: it needs --probe-listen NAME");
    health.kind = asksByHttp ? supervise::HealthKind::Http : supervise::HealthKind::Exec;
    health.target = text.substr(5);
    health.interval = values.duration("health-interval");
    health.failures = static_cast<int>(parseNumber(values.text("health-failures")).value_or(health.failures));
    return health;
}

supervise::TryOut tryOutOf(const std::string& text)
{
    using supervise::TryOutKind;
    if (text == "none") return {};
    if (text == "token") return {TryOutKind::Token, {}};
    supervise::TryOut tryOut{TryOutKind::Arguments, {}};
    for (const auto word : split(text, ' '))
        if (!word.empty()) tryOut.arguments.emplace_back(word);
    if (tryOut.arguments.empty()) throw UsageError("--try holds nothing but blanks; say none, token or arguments");
    return tryOut;
}

std::vector<os::ListenAddress> listenersOf(const Values& values)
{
    std::vector<os::ListenAddress> listeners;
    for (const auto& text : values.all("listen")) {
        auto listener = os::parseListenAddress(text);
        const bool known = std::any_of(listeners.begin(), listeners.end(),
                                       [&](const auto& other) { return other.name == listener.name; });
        if (known)
            throw UsageError("--listen " + escaped(listener.name) + "=… is given twice; each needs a name of its own");
        listeners.push_back(std::move(listener));
    }
    return listeners;
}

/// The agent alone gets them, beside the few that every role has.
std::vector<std::string> proxyVariables()
{
    std::vector<std::string> found;
    for (const auto name : ProxyVariables)
        if (const char* text = std::getenv(std::string(name).c_str()); text != nullptr)
            found.push_back(std::string(name) + '=' + text);
    return found;
}

std::size_t keysIn(std::string_view pem)
{
    constexpr std::string_view Begin = "-----BEGIN PUBLIC KEY-----";
    std::size_t count = 0;
    for (auto at = pem.find(Begin); at != pem.npos; at = pem.find(Begin, at + 1)) ++count;
    return count;
}

supervise::RoleCommand roleCommand(const Handed& handed, const std::string& role)
{
    supervise::RoleCommand command{{handed.executable.string(), role}, {std::string(RoleVariable) + '=' + role}};
    if (!handed.program.empty()) command.environment.push_back(std::string(ProgramVariable) + '=' + handed.program);
    return command;
}

supervise::RoleCommand agentCommand(const Handed& handed, const std::string& role)
{
    auto command = roleCommand(handed, role);
    const auto proxies = proxyVariables();
    command.environment.insert(command.environment.end(), proxies.begin(), proxies.end());
    for (const auto* option : {"ca-file", "client-cert", "client-key", "authorization-file"})
        if (handed.values.has(option)) command.files.emplace_back(handed.values.text(option));
    return command;
}

} // namespace

supervise::Settings supervisorSettings(const Handed& handed, int settingsFd)
{
    const auto& values = handed.values;
    supervise::Settings settings;
    settings.name = handed.program;
    settings.essential = handed.program.empty() || values.text("essential") == "yes";
    settings.group = values.text("group");
    if (values.has("group-wait")) settings.groupWait = values.duration("group-wait");
    settings.stateDirectory = handed.stateDirectory;
    settings.command = handed.command;
    settings.listeners = listenersOf(values);
    settings.readiness = readinessOf(values, settings.listeners);
    settings.health = healthOf(values);
    if (values.has("probe-listen")) {
        settings.probeListener = values.text("probe-listen");
        if (std::any_of(settings.listeners.begin(), settings.listeners.end(),
                        [&](const auto& listener) { return listener.name == settings.probeListener; }))
            throw UsageError("--probe-listen " + escaped(settings.probeListener) +
                             " is a --listen, too; name it otherwise");
    }
    if (values.has("watchdog")) settings.watchdog = values.duration("watchdog");
    settings.readyTimeout = values.duration("ready-timeout");
    settings.drainTimeout = values.duration("drain-timeout");
    settings.probation = values.duration("probation");
    settings.probationAlone = values.duration(values.has("probation-alone") ? "probation-alone" : "probation");
    const auto handoff = values.has("handoff") ? values.text("handoff") : handed.listens ? "overlap" : "restart";
    settings.handoff = handoff == "restart" ? supervise::Handoff::Restart : supervise::Handoff::Overlap;
    settings.drainSignal = parseSignal(values.text("drain-signal")).value_or(SIGTERM);
    settings.signalTo = values.text("signal-to") == "group" ? supervise::SignalTo::Group : supervise::SignalTo::Process;
    settings.keepReleases = static_cast<int>(parseNumber(values.text("keep-releases")).value_or(0));
    settings.mostDraining = static_cast<int>(parseNumber(values.text("max-draining")).value_or(4));
    settings.restart =
        values.text("restart") == "on-failure" ? supervise::Restart::OnFailure : supervise::Restart::Never;
    settings.tryOut = tryOutOf(values.text("try"));
    settings.needsSignatures = handed.needsSignatures;
    settings.keys = keysIn(handed.publicKeys);
    if (values.has("try-timeout")) settings.tryOut.limit = values.duration("try-timeout");
    // A program with a sanitizer in it takes terabytes, and so do those that are tested with such a Baton.
    if (!os::isInstrumented()) settings.tryOut.memoryBytes = parseSize(values.text("try-memory")).value_or(0);
    settings.tryOut.hasNetwork = values.text("try-network") != "no";
    settings.settingsFd = settingsFd;
    if (values.has("server")) settings.agent = agentCommand(handed, "agent");
    settings.stager = roleCommand(handed, "stage");
    settings.prober = roleCommand(handed, "probe");
    settings.reader = roleCommand(handed, "reload");
    return settings;
}

std::filesystem::path exportedFileIn(const std::filesystem::path& stateDirectory)
{
    return stateDirectory / "metrics" / "baton.prom";
}

void sayMetrics(const Handed& handed, supervise::SupervisorSettings& settings)
{
    const auto text = handed.values.text("metrics");
    if (text.empty()) return;
    settings.exporterAddress = parseHostPort(text);
    settings.metrics =
        settings.exporterAddress ? exportedFileIn(handed.stateDirectory) : std::filesystem::absolute(text);
    if (settings.exporterAddress) settings.exporter = roleCommand(handed, "metrics");
}

std::optional<supervise::OwnApp> ownAppOf(const Handed& handed)
{
    const auto& values = handed.values;
    if (!values.has("self-app-id") || !values.has("server")) return std::nullopt;
    const auto alone = values.duration(values.has("probation-alone") ? "probation-alone" : "probation");
    return supervise::OwnApp{agentCommand(handed, "self-agent"), roleCommand(handed, "self-stage"),
                             values.duration("probation") + alone, handed.ownNeedsSignatures};
}

Handed ownHanded()
{
    const char* program = std::getenv(ProgramVariable);
    return handedTo(readHanded(settingsDescriptor()), program == nullptr ? "" : program);
}

os::StderrLog makeLog(const std::string& role, const Values& values)
{
    constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};
    const auto* const found = std::find(levels.begin(), levels.end(), values.text("log-level"));
    const auto level = found == levels.end() ? Level::Info : static_cast<Level>(found - levels.begin());
    return {role, values.text("log-format") == "json" ? os::LogFormat::Json : os::LogFormat::Text, level};
}

os::StderrLog makeLog(const std::string& role, const Handed& handed)
{
    return makeLog(handed.program.empty() ? role : role + ' ' + handed.program, handed.values);
}

} // namespace baton::assemble
