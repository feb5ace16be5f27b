#include "client/supervise/GenerationCgroups.h"

#include "client/os/Cgroup.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <string>
#include <system_error>

namespace baton::supervise {
namespace {

namespace fs = std::filesystem;

constexpr const char* OurOwn = "supervisor";
constexpr const char* Each = "generation-";

// The parts of a cgroup that has processes itself cannot be limited or counted each for itself.
fs::path dividedPart(const fs::path& own) { return own.filename() == OurOwn ? own.parent_path() : own; }

} // namespace

GenerationCgroups::GenerationCgroups(loop::EventLoop& loop, Log& log)
    : loop_(loop),
      log_(log),
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

fs::path GenerationCgroups::directoryOf(pid_t first) const { return *root_ / (Each + std::to_string(first)); }

void GenerationCgroups::place(pid_t first)
try {
    if (!root_) return;
    fs::create_directory(directoryOf(first));
    os::joinCgroup(directoryOf(first), first);
} catch (const std::exception& error) {
    log_.warning("pid " + std::to_string(first) + " has no cgroup of its own: " + error.what());
}

void GenerationCgroups::kill(pid_t first) const
{
    if (root_) os::killCgroup(directoryOf(first));
}

void GenerationCgroups::remove(pid_t first)
{
    if (!root_) return;
    kill(first);
    leaving_.insert(first);
    pause_ = ShortestPause;
    sweep();
}

// A process that was killed is in it until somebody has looked at its end.
void GenerationCgroups::sweep()
{
    again_.reset();
    std::erase_if(leaving_,
                  [this](pid_t first) { return ::rmdir(directoryOf(first).c_str()) == 0 || errno == ENOENT; });
    if (leaving_.empty()) return;
    again_ = loop_.after(pause_, [this] { sweep(); });
    pause_ = std::min(pause_ * 2, LongestPause);
}

std::optional<std::uint64_t> GenerationCgroups::oomKills(pid_t first) const
{
    if (root_)
        if (const auto count = os::oomKills(directoryOf(first))) return count;
    return counted_ ? os::oomKills(*counted_) : std::nullopt;
}

} // namespace baton::supervise
