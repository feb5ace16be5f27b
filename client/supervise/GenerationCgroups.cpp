#include "client/supervise/GenerationCgroups.h"

#include "client/core/Text.h"

#include <unistd.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace baton::supervise {
namespace {

namespace fs = std::filesystem;

constexpr const char* OurOwn = "supervisor";
constexpr std::string_view Each = "generation-";

// The parts of a cgroup that has processes itself cannot be limited or counted each for itself.
fs::path dividedPart(const fs::path& own) { return own.filename() == OurOwn ? own.parent_path() : own; }

} // namespace

GenerationCgroups::GenerationCgroups(loop::EventLoop& loop, Log& log)
    : log_(log),
      ended_(loop),
      counted_(os::ownMemoryCgroup())
{
    const auto own = os::ownCgroup();
    if (!own) return;
    if (os::oomKills(*own)) counted_ = dividedPart(*own);
    if (os::isDelegated(dividedPart(*own))) divide(dividedPart(*own));
}

void GenerationCgroups::divide(const fs::path& own)
try {
    fs::create_directory(own / OurOwn);
    os::joinCgroup(own / OurOwn, ::getpid());
    os::tellCgroup(own, "cgroup.subtree_control", "+memory"); // Where it is to be had: then each has its own count.
    root_ = own;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(own, none)) // Of a Baton that was killed; what is not empty stays.
        if (entry.path().filename().string().starts_with(Each)) ::rmdir(entry.path().c_str());
    log_.info("each generation has a cgroup of its own below " + own.string());
} catch (const std::exception& error) {
    log_.warning("the cgroup " + own.string() + " was delegated, and cannot be divided: " + error.what() +
                 "; generations are told apart as they are without it");
}

fs::path GenerationCgroups::directoryOf(pid_t first) const
{
    return *root_ / (std::string(Each) + std::to_string(first));
}

void GenerationCgroups::place(pid_t first)
try {
    if (!root_) return;
    const auto directory = directoryOf(first);
    ::rmdir(directory.c_str()); // Of one that is over, if it is there and empty.
    if (!fs::create_directory(directory)) throw std::runtime_error(directory.string() + " is another generation's");
    os::joinCgroup(directory, first);
    if (const auto cgroup = os::knownCgroup(directory)) placed_.insert_or_assign(first, *cgroup);
} catch (const std::exception& error) {
    log_.warning("pid " + std::to_string(first) + " has no cgroup of its own: " + error.what());
}

std::optional<os::KnownCgroup> GenerationCgroups::of(pid_t first) const
{
    const auto found = placed_.find(first);
    return found == placed_.end() ? std::nullopt : std::optional(found->second);
}

void GenerationCgroups::kill(pid_t first) const
{
    if (const auto cgroup = of(first)) os::killCgroup(*cgroup);
}

void GenerationCgroups::remove(pid_t first)
{
    const auto cgroup = of(first);
    if (!cgroup) return;
    placed_.erase(first);
    ended_.add(*cgroup);
}

std::vector<int> GenerationCgroups::leaving() const
{
    std::vector<int> firsts;
    for (const auto& cgroup : ended_.all()) {
        const auto name = cgroup.directory.filename().string();
        const auto first = name.starts_with(Each) ? parseNumber(name.substr(Each.size())) : std::nullopt;
        if (first) firsts.push_back(static_cast<int>(*first));
    }
    return firsts;
}

// Nobody else has got one of these: they were there all the time.
void GenerationCgroups::restoreLeaving(const std::vector<int>& firsts)
{
    for (const int first : firsts)
        if (const auto cgroup = root_ ? os::knownCgroup(directoryOf(first)) : std::nullopt) ended_.add(*cgroup);
}

std::optional<std::uint64_t> GenerationCgroups::oomKills(pid_t first) const
{
    if (const auto cgroup = of(first))
        if (const auto count = os::oomKills(cgroup->directory)) return count;
    return counted_ ? os::oomKills(*counted_) : std::nullopt;
}

} // namespace baton::supervise
