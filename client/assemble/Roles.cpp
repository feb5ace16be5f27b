#include "client/assemble/Roles.h"

#include "client/agent/Agent.h"
#include "client/assemble/AgentSettings.h"
#include "client/assemble/ConfigReload.h"
#include "client/assemble/Handed.h"
#include "client/assemble/Probe.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/control/Lending.h"
#include "client/core/Text.h"
#include "client/exporter/Exporter.h"
#include "client/os/Files.h"
#include "client/os/SystemClock.h"
#include "client/source/Source.h"
#include "client/stage/Confined.h"
#include "client/store/Verdict.h"
#include "client/verify/EmbeddedKeys.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace baton::assemble {
namespace {

// A role of a program with keys of its own believes these, whoever started it.
std::vector<verify::PublicKey> trustedKeys(const Handed& handed)
{
    const auto& pem = verify::embeddedKeys().empty() ? handed.publicKeys : verify::embeddedKeys();
    return pem.empty() ? std::vector<verify::PublicKey>() : verify::parsePublicKeys(pem);
}

/// An app whose releases are fetched and staged.
struct App {
    std::string id;
    std::string track;
    std::vector<std::string> others{}; ///< NAME=ID
};

stage::Signing signingOf(const Handed& handed, const App& app)
{
    stage::Signing signing;
    signing.keys = trustedKeys(handed);
    signing.appId = app.id;
    signing.track = app.track;
    for (const auto& text : app.others)
        signing.others.emplace_back(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
    signing.now = os::SystemClock().wall();
    signing.isNewer = source::isNewer;
    return signing;
}

// Nothing where there is no such variable.
std::optional<int> descriptorOf(const char* variable)
{
    const char* text = std::getenv(variable);
    if (text == nullptr) return std::nullopt;
    const auto number = parseNumber(text);
    if (!number || *number < 3 || *number > 1'000'000)
        throw std::runtime_error(std::string(variable) + " names no descriptor");
    ::fcntl(static_cast<int>(*number), F_SETFD, FD_CLOEXEC);
    return static_cast<int>(*number);
}

int agentRole(agent::Settings settings, Log&& log)
{
    const auto channel = descriptorOf("BATON_CHANNEL");
    if (!channel) throw std::runtime_error("BATON_CHANNEL names no descriptor");
    if (const auto files = descriptorOf("BATON_FILES")) { // A supervisor before opened nothing for us.
        const auto borrower = std::make_shared<control::Borrower>(os::UniqueFd(*files));
        settings.network.tls.open = [borrower](const std::filesystem::path& file) { return borrower->open(file); };
    } else {
        const auto& tls = settings.network.tls;
        for (const auto& file : {tls.caFile, tls.certificate, tls.key, settings.network.authorizationFile})
            if (!file.empty()) settings.readable.push_back(std::filesystem::absolute(file).parent_path());
    }
    return agent::run(settings, log, *channel);
}

int agentOfProgram()
{
    const auto handed = ownHanded();
    auto settings = agentSettings(handed.values, handed.stateDirectory);
    settings.topDirectory = readHanded(settingsDescriptor()).stateDirectory;
    settings.account = agentAccount(handed.values);
    settings.needsSignatures = handed.needsSignatures;
    settings.keys = trustedKeys(handed);
    return agentRole(std::move(settings), makeLog("agent", handed));
}

int agentOfBaton()
{
    const auto handed = readHanded(settingsDescriptor());
    auto settings = ownAgentSettings(handed.values, handed.stateDirectory);
    settings.topDirectory = handed.stateDirectory;
    settings.account = agentAccount(handed.values);
    settings.needsSignatures = handed.ownNeedsSignatures;
    settings.keys = trustedKeys(handed);
    return agentRole(std::move(settings), makeLog("self-agent", handed.values));
}

int judge(const std::filesystem::path& stateDirectory, const stage::Settings& settings, Log&& log)
{
    const auto line = print(stage::runConfined(store::Store(stateDirectory), settings, log));
    os::writeAll(STDOUT_FILENO, line, "the verdict");
    return exitcode::Ok;
}

int stageRole()
{
    const auto handed = ownHanded();
    stage::Settings settings;
    settings.expected = supervise::namesRelease(handed.command) ? stage::Expected::Tree : stage::Expected::Program;
    settings.program = stage::programName(handed.command.front());
    if (handed.needsSignatures)
        settings.signing = signingOf(
            handed, {handed.values.text("app-id"), handed.values.text("track"), handed.values.all("also-app")});
    return judge(handed.stateDirectory, settings, makeLog("stager", handed));
}

int ownStageRole()
{
    const auto handed = readHanded(settingsDescriptor());
    stage::Settings settings;
    settings.expected = stage::Expected::Tree;
    if (handed.ownNeedsSignatures)
        settings.signing = signingOf(handed, {handed.values.text("self-app-id"), handed.values.text("self-track")});
    return judge(handed.stateDirectory / supervise::OwnStore, settings, makeLog("self-stager", handed.values));
}

int metricsRole()
{
    const auto handed = readHanded(settingsDescriptor());
    const auto listener = descriptorOf("BATON_LISTENER");
    if (!listener) throw std::runtime_error("BATON_LISTENER names no descriptor");
    auto log = makeLog("metrics", handed.values);
    exporter::run(os::UniqueFd(*listener), exportedFileIn(handed.stateDirectory), log);
    return exitcode::Software; // Nobody stops it.
}

} // namespace

std::optional<int> runRole(const std::vector<std::string>& typed) noexcept
try {
    const char* text = std::getenv(RoleVariable);
    const std::string role = text == nullptr ? "" : text;
    if (role == "agent") return agentOfProgram();
    if (role == "stage") return stageRole();
    if (role == "self-agent") return agentOfBaton();
    if (role == "self-stage") return ownStageRole();
    if (role == "metrics") return metricsRole();
    if (role == "reload") return reloadRole();
    if (role == "probe") return probe(typed.size() < 2 ? typed : std::vector(typed.begin() + 2, typed.end()));
    return std::nullopt;
} catch (const std::exception& error) {
    std::fprintf(stderr, "baton: %s\n", error.what());
    return exitcode::Software;
}

} // namespace baton::assemble
