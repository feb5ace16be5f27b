#include "client/assemble/TakeOver.h"

#include "client/assemble/Handed.h"
#include "client/assemble/Supervise.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/core/ProductVersion.h"
#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/os/Passing.h"
#include "client/os/PidFile.h"
#include "client/os/SealedFile.h"
#include "client/supervise/SelfUpgrade.h"
#include "client/supervise/Supervisor.h"
#include "client/supervise/TakeOver.h"

#include <sys/syscall.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace baton::assemble {
namespace {

constexpr std::size_t LongestSnapshot = std::size_t{64} * 1024 * 1024;
constexpr std::size_t LongestReason = 1000;

struct Taken {
    supervise::Snapshot snapshot;
    Handed handed;
};

int descriptorIn(const char* variable)
{
    const char* text = std::getenv(variable);
    const auto number = parseNumber(text == nullptr ? "" : text);
    if (!number || *number > 1'000'000)
        throw std::runtime_error(std::string(variable) + " names no descriptor: only a Baton that runs sets it");
    return static_cast<int>(*number);
}

// A program is known by its place among them, a member by its place in the group.
void checkSettings(const Taken& taken)
{
    const auto settings = settingsOfAll(taken.handed, -1);
    for (const auto& group : taken.snapshot.groups)
        if (std::count_if(settings.programs.begin(), settings.programs.end(), [&](const auto& program) {
                return program.group == group.name;
            }) != static_cast<std::ptrdiff_t>(group.members.size()))
            throw std::runtime_error("the members of its group " + escaped(group.name) +
                                     " are not those of its settings");
    const auto& programs = taken.snapshot.programs;
    for (std::size_t i = 0; i < std::max(programs.size(), settings.programs.size()); ++i)
        if (i >= programs.size() || i >= settings.programs.size() || programs[i].name != settings.programs[i].name)
            throw std::runtime_error("its programs are not those of its settings");
}

// All that can fail, before anything is touched.
Taken read(const RolesExecutable& roles)
{
    Taken taken;
    taken.snapshot =
        supervise::parseSnapshot(os::readSealed(descriptorIn(supervise::SnapshotVariable), LongestSnapshot));
    taken.handed = readHanded(descriptorIn(supervise::HandedVariable));
    const bool isReturned = std::getenv(supervise::RefusalVariable) != nullptr;
    if (!isReturned) taken.handed.executable = roles(taken.handed.executable);
    for (auto& program : taken.handed.programs) program.executable = taken.handed.executable;
    fillIn(taken.handed);
    checkSettings(taken);
    supervise::checkParts(taken.snapshot);
    return taken;
}

int tryOut(const RolesExecutable& roles)
try {
    read(roles);
    std::printf("%s%s\n", supervise::TryFine, std::string(productVersion()).c_str());
    return std::fflush(stdout) == 0 ? exitcode::Ok : exitcode::InputOutput;
} catch (const std::exception& error) {
    std::printf("%s%s\n", supervise::TryRefused, escaped(error.what(), LongestReason).c_str());
    std::fflush(stdout);
    return exitcode::Software;
}

// The executable that was here before takes over again: no descriptor was touched, so it finds all that it left.
void giveBack(const std::string& why)
{
    if (std::getenv(supervise::RefusalVariable) != nullptr) return; // It cannot read its own words.
    ::setenv(supervise::RefusalVariable, escaped(why, LongestReason).c_str(), 1);
    const auto line = os::readWhole("/proc/self/cmdline", LongestSnapshot).value_or("");
    std::vector<std::string> arguments;
    for (const auto word : split(line, '\0')) arguments.emplace_back(word);
    if (!arguments.empty() && arguments.back().empty()) arguments.pop_back();
    std::vector<char*> words;
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    ::syscall(SYS_execveat, descriptorIn(supervise::OriginVariable), "", words.data(), environ, AT_EMPTY_PATH);
    os::fail("go back to the Baton before, since " + why);
}

// There is no way back any more, and nothing is to end for that.
std::unique_ptr<os::PidFile> keepPidFile(const Handed& handed, Log& log)
try {
    return writePidFile(handed);
} catch (const std::exception& error) {
    log.warning(std::string(error.what()) + "; what stands there holds our pid still, and nobody will remove it");
    return nullptr;
}

int takeOver(const RolesExecutable& roles)
{
    Taken taken;
    try {
        taken = read(roles);
        supervise::checkDescriptors(taken.snapshot);
    } catch (const std::exception& error) {
        giveBack(error.what());
        throw;
    }
    os::received(descriptorIn(supervise::OriginVariable));
    os::received(descriptorIn(supervise::SnapshotVariable));
    os::received(descriptorIn(supervise::HandedVariable));
    os::UniqueFd report;
    if (taken.handed.report >= 0) report = os::received(taken.handed.report);
    const auto settings = seal(taken.handed);
    const char* said = std::getenv(supervise::RefusalVariable);
    const std::string refusal = said == nullptr ? "" : said;
    for (const char* variable : {supervise::OriginVariable, supervise::SnapshotVariable, supervise::HandedVariable,
                                 supervise::RefusalVariable, RoleVariable})
        ::unsetenv(variable);
    auto log = makeLog("supervisor", taken.handed.values);
    log.alsoTo(taken.handed.report);
    const auto pidFile = keepPidFile(taken.handed, log);
    return supervise::takeOver(settingsOfAll(taken.handed, settings.get()), log, taken.snapshot, refusal);
}

} // namespace

std::optional<int> runTakeOver(const RolesExecutable& roles)
{
    const char* text = std::getenv(RoleVariable);
    const std::string role = text == nullptr ? "" : text;
    if (role == supervise::TryRole) return tryOut(roles);
    if (role == supervise::TakeOverRole) return takeOver(roles);
    return std::nullopt;
}

} // namespace baton::assemble
