#include "client/assemble/FirstRelease.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/stage/TakeIn.h"
#include "client/store/Recovery.h"

#include <unistd.h>

#include <algorithm>

namespace baton::assemble {
namespace {

[[noreturn]] void refuseWithoutVersion(const Given& given)
{
    throw UsageError("the store has no release yet, and nobody said which version " + escaped(given.source.string()) +
                     " is; say --app-version, for example --app-version 1.0.0");
}

bool isExecutableFile(const std::filesystem::path& file)
{
    std::error_code none;
    return std::filesystem::is_regular_file(file, none) && ::access(file.c_str(), X_OK) == 0;
}

std::vector<std::string> versionsOf(const std::vector<store::Release>& releases)
{
    std::vector<std::string> versions;
    for (const auto& release : releases) versions.push_back(release.key.version);
    return versions;
}

void takeIn(const store::Store& store, store::State state, const Given& given, Log& log)
{
    stage::Settings settings;
    settings.expected = given.tree ? stage::Expected::Tree : stage::Expected::Program;
    settings.program = stage::programName(given.source);
    const auto release = stage::takeIn(store, given.source, given.version, settings, log);
    if (state.isBlocked(release.key))
        throw UsageError(
            "release " + release.key.version + " (" + given.source.string() +
                ") failed on this machine before and is blocked; give other bytes, or leave --app-version out",
            exitcode::Data);
    if (state.current && state.current != release.key) state.previous = state.current;
    state.current = release.key;
    state.install.reset(); // What was on its way in is older than what somebody put here.
    store.save(state);
    store.pointLinks(state);
}

} // namespace

FirstStep decideFirst(const Given& given, const std::vector<std::string>& held, bool hasCurrent, const IsNewer& isNewer)
{
    if (!hasCurrent) {
        if (given.source.empty()) return FirstStep::StayEmpty;
        if (given.version.empty()) refuseWithoutVersion(given);
        return FirstStep::TakeIn;
    }
    if (given.version.empty() || given.source.empty()) return FirstStep::KeepStore;
    const bool aboveAll =
        std::all_of(held.begin(), held.end(), [&](const auto& version) { return isNewer(given.version, version); });
    return aboveAll ? FirstStep::TakeIn : FirstStep::KeepStore;
}

std::filesystem::path lookUp(const std::string& program, const std::string& path)
{
    if (program.find('/') != std::string::npos) {
        if (isExecutableFile(program)) return std::filesystem::absolute(program);
        throw UsageError(escaped(program) + " is no executable file; check its path and mode", exitcode::NoInput);
    }
    for (const auto folder : split(path, ':')) {
        const auto file = std::filesystem::path(folder.empty() ? "." : folder) / program;
        if (isExecutableFile(file)) return std::filesystem::absolute(file);
    }
    throw UsageError("there is no program " + escaped(program) + " in PATH; give its path", exitcode::NoInput);
}

void prepareFirst(const store::Store& store, const Given& given, const IsNewer& isNewer, Log& log)
{
    const auto [state, damage] = store::recoverState(store);
    for (const auto& sentence : damage) log.error(sentence);
    const auto held = versionsOf(store.installed());
    switch (decideFirst(given, held, state.current.has_value(), isNewer)) {
    case FirstStep::TakeIn: takeIn(store, state, given, log); return;
    case FirstStep::StayEmpty: log.info("there is no release yet; the first check brings one"); return;
    case FirstStep::KeepStore:
        store.pointLinks(state);
        if (!given.version.empty() && given.version != state.current->version)
            log.info("release " + state.current->version + " runs, as the store says; --app-version " + given.version +
                     " is not above all that it holds");
        return;
    }
}

} // namespace baton::assemble
