#include "client/assemble/Places.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace baton::assemble {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name)
{
    const char* text = std::getenv(name);
    return text == nullptr ? std::string() : std::string(text);
}

/// CoreUpdate's ids come in braces.
std::string directoryName(const Values& values, const std::string& program)
{
    auto name = values.text("app-id");
    std::erase_if(name, [](char letter) { return letter == '{' || letter == '}'; });
    if (!isPlainName(name)) name = fs::path(program).filename().string();
    return isPlainName(name) ? name : "program";
}

} // namespace

fs::path stateDirectory(const Values& values, const std::string& program)
{
    if (values.has("state-dir")) return fs::absolute(values.text("state-dir"));
    if (const auto systemd = variable("STATE_DIRECTORY"); !systemd.empty()) return systemd.substr(0, systemd.find(':'));
    const auto name = directoryName(values, program);
    if (::geteuid() == 0) return fs::path("/var/lib/baton") / name;
    if (const auto state = variable("XDG_STATE_HOME"); state.starts_with('/')) return fs::path(state) / "baton" / name;
    if (const auto home = variable("HOME"); home.starts_with('/')) return fs::path(home) / ".local/state/baton" / name;
    throw UsageError("nobody said where releases and state are kept, and there is no HOME; say --state-dir DIR");
}

fs::path programDirectory(const fs::path& stateDirectory, const std::string& program)
{
    return stateDirectory / "programs" / program;
}

fs::path programDirectory(const fs::path& stateDirectory, const std::string& program, const Values& values)
{
    return values.has("state-dir") ? fs::absolute(values.text("state-dir")) : programDirectory(stateDirectory, program);
}

fs::path controlSocket(const Values& values, const fs::path& stateDirectory)
{
    return values.has("control") ? fs::absolute(values.text("control")) : stateDirectory / "control.sock";
}

fs::path socketToAsk(const Values& values)
{
    if (!values.has("control") && !values.has("state-dir"))
        throw UsageError("say which Baton is meant: --state-dir DIR, the one it was started with, or --control PATH");
    return controlSocket(values, values.text("state-dir"));
}

void checkReadable(const Values& values, const std::string& option)
{
    if (!values.has(option)) return;
    const auto file = values.text(option);
    std::error_code none;
    if (fs::is_regular_file(file, none) && ::access(file.c_str(), R_OK) == 0) return;
    throw UsageError("--" + option + ": " + escaped(file) + " is no file that can be read; check its path and mode",
                     exitcode::NoInput);
}

fs::path ownExecutable()
{
    constexpr std::string_view Replaced = " (deleted)";
    auto path = fs::read_symlink("/proc/self/exe").string();
    if (path.ends_with(Replaced)) path.resize(path.size() - Replaced.size());
    return path;
}

fs::path batonFor(const fs::path& supervisor, const fs::path& other)
{
    const auto beside = supervisor.parent_path() / "baton";
    const auto installed = supervisor.parent_path().parent_path().parent_path() / "bin/baton";
    for (const auto& place : {beside, installed, other}) // A release of Baton may be the supervisor alone.
        if (::access(place.c_str(), X_OK) == 0) return place;
    throw UsageError("baton is neither at " + beside.string() + " nor at " + installed.string() +
                         "; install Baton again",
                     exitcode::Unavailable);
}

} // namespace baton::assemble
