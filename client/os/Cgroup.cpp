#include "client/os/Cgroup.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace baton::os {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t Long = std::size_t{1024} * 1024;

std::string textOf(const fs::path& file)
try {
    return readWhole(file, Long).value_or(std::string());
} catch (const std::system_error&) {
    return {};
}

// /proc/self/cgroup: ID:CONTROLLERS:PATH; version 2 has the id 0 and no controllers.
std::optional<std::string> pathIn(std::string_view controllers)
{
    const auto text = textOf("/proc/self/cgroup");
    for (const auto line : split(text, '\n')) {
        const auto parts = split(line, ':');
        if (parts.size() < 3) continue;
        for (const auto controller : split(parts[1], ','))
            if (controller == controllers) return std::string(line.substr(parts[0].size() + parts[1].size() + 2));
    }
    return std::nullopt;
}

struct Mount {
    std::string root; // of the hierarchy that is seen at `point`
    fs::path point;
};

// /proc/self/mountinfo: … ROOT POINT OPTIONS … - TYPE SOURCE SUPEROPTIONS.  [proc(5)]
std::optional<Mount> mountOf(std::string_view type, std::string_view option)
{
    const auto text = textOf("/proc/self/mountinfo");
    for (const auto line : split(text, '\n')) {
        const auto dash = line.find(" - ");
        if (dash == std::string_view::npos) continue;
        const auto before = split(line.substr(0, dash), ' ');
        const auto behind = split(line.substr(dash + 3), ' ');
        if (before.size() < 5 || behind.size() < 3 || behind[0] != type) continue;
        bool fits = option.empty();
        for (const auto one : split(behind[2], ',')) fits = fits || one == option;
        if (fits) return Mount{std::string(before[3]), fs::path(before[4])};
    }
    return std::nullopt;
}

std::optional<fs::path> cgroupOf(std::string_view type, std::string_view controller)
{
    const auto path = pathIn(controller);
    const auto mount = mountOf(type, controller);
    if (!path || !mount) return std::nullopt;
    std::string_view below = *path;
    if (mount->root != "/") { // A container sees a part of it.
        if (!below.starts_with(mount->root)) return std::nullopt;
        below.remove_prefix(mount->root.size());
    }
    while (below.starts_with('/')) below.remove_prefix(1);
    const auto directory = below.empty() ? mount->point : mount->point / below;
    std::error_code none;
    return fs::is_directory(directory, none) ? std::optional(directory) : std::nullopt;
}

// Held open, so that it stays the one whose id was looked at; none if another is there.
UniqueFd openKnown(const KnownCgroup& cgroup)
{
    UniqueFd directory(::open(cgroup.directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat about {};
    const bool isIt = directory && ::fstat(directory.get(), &about) == 0 && about.st_ino == cgroup.id;
    return isIt ? std::move(directory) : UniqueFd();
}

} // namespace

std::optional<fs::path> ownCgroup() { return cgroupOf("cgroup2", ""); }

std::optional<fs::path> ownMemoryCgroup() { return cgroupOf("cgroup", "memory"); }

bool isDelegated(const fs::path& cgroup)
{
    for (const char* name : {"user.delegate", "trusted.delegate"}) {
        std::array<char, 2> value{};
        if (::getxattr(cgroup.c_str(), name, value.data(), value.size()) == 1 && value[0] == '1') return true;
    }
    return false;
}

void joinCgroup(const fs::path& cgroup, pid_t pid)
{
    const auto procs = cgroup / "cgroup.procs";
    const auto file = open(procs, O_WRONLY);
    const auto text = std::to_string(pid);
    check(::write(file.get(), text.data(), text.size()), "write " + procs.string());
}

bool tellCgroup(const fs::path& cgroup, const char* file, std::string_view word)
{
    const UniqueFd opened(::open((cgroup / file).c_str(), O_WRONLY | O_CLOEXEC));
    return opened && ::write(opened.get(), word.data(), word.size()) == static_cast<ssize_t>(word.size());
}

std::optional<KnownCgroup> knownCgroup(const fs::path& directory)
{
    struct stat about {};
    if (::lstat(directory.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) return std::nullopt;
    return KnownCgroup{directory, about.st_ino};
}

bool isPopulated(const KnownCgroup& cgroup)
{
    const auto text = knownCgroup(cgroup.directory) == cgroup ? textOf(cgroup.directory / "cgroup.events") : "";
    const auto lines = split(text, '\n');
    return std::find(lines.begin(), lines.end(), "populated 1") != lines.end();
}

bool killCgroup(const KnownCgroup& cgroup)
{
    const auto directory = openKnown(cgroup);
    if (!directory) return false;
    const UniqueFd file(::openat(directory.get(), "cgroup.kill", O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), "1", 1) == 1;
}

bool removeCgroup(const KnownCgroup& cgroup)
{
    if (knownCgroup(cgroup.directory) != cgroup) return true;
    return ::rmdir(cgroup.directory.c_str()) == 0 || errno == ENOENT;
}

std::optional<std::uint64_t> oomKills(const fs::path& cgroup)
{
    for (const char* file : {"memory.events", "memory.oom_control"}) {
        const auto text = textOf(cgroup / file);
        for (const auto line : split(text, '\n')) {
            constexpr std::string_view Counter = "oom_kill ";
            if (!line.starts_with(Counter)) continue;
            if (const auto count = parseNumber(line.substr(Counter.size()))) return static_cast<std::uint64_t>(*count);
        }
    }
    return std::nullopt;
}

} // namespace baton::os
