#include "client/supervise/Environment.h"

#include "client/core/Text.h"
#include "client/os/Files.h"
#include "client/supervise/Settings.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace baton::supervise {
namespace {

constexpr std::string_view Placeholder = "{release}";
constexpr std::array<std::string_view, 4> OursAlone{"BATON_", "LISTEN_", "NOTIFY_SOCKET=", "WATCHDOG_"};
constexpr std::array<std::string_view, 4> RoleKeeps{"PATH=", "LANG=", "LC_ALL=", "TZ="};

template <std::size_t N>
bool beginsWithOneOf(std::string_view text, const std::array<std::string_view, N>& beginnings)
{
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](auto beginning) { return text.starts_with(beginning); });
}

} // namespace

bool namesRelease(const std::vector<std::string>& command)
{
    return std::any_of(command.begin(), command.end(),
                       [](const auto& word) { return word.find(Placeholder) != std::string::npos; });
}

std::vector<std::string> programEnvironment(const char* const* environment)
{
    std::vector<std::string> kept;
    for (; *environment != nullptr; ++environment)
        if (!beginsWithOneOf(*environment, OursAlone)) kept.emplace_back(*environment);
    return kept;
}

std::vector<std::string> roleEnvironment(const char* const* environment)
{
    std::vector<std::string> kept;
    for (; *environment != nullptr; ++environment)
        if (beginsWithOneOf(*environment, RoleKeeps)) kept.emplace_back(*environment);
    return kept;
}

std::vector<std::string> withRelease(std::vector<std::string> command, const std::filesystem::path& directory)
{
    for (auto& word : command)
        for (auto at = word.find(Placeholder); at != std::string::npos;
             at = word.find(Placeholder, at + directory.string().size()))
            word.replace(at, Placeholder.size(), directory.string());
    return command;
}

std::string executableOf(const std::vector<std::string>& command, const store::Release& release,
                         const std::filesystem::path& directory)
{
    if (!namesRelease(command) && !release.program.empty()) return directory / release.program;
    const auto program = withRelease(command, directory).front();
    if (program.find('/') != std::string::npos) return program;
    const char* path = std::getenv("PATH");
    for (const auto folder : split(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
        const auto candidate = std::filesystem::path(folder.empty() ? "." : folder) / program;
        if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate)) return candidate;
    }
    return {};
}

std::string hintAtNoexec(const std::filesystem::path& executable, int error)
{
    if (error != EACCES || !os::forbidsExecution(executable)) return {};
    return "; its file system is mounted noexec: mount it without that, or choose another --state-dir";
}

} // namespace baton::supervise
