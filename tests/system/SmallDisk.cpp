#include "tests/system/SmallDisk.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/mount.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace baton::system {
namespace {

constexpr int MostLost = 100;

void write(const char* file, const std::string& text)
{
    std::ofstream out(file);
    out << text;
    if (!out.flush()) os::fail(std::string("write ") + file);
}

std::string ownMounts()
try {
    const auto user = ::geteuid();
    const auto group = ::getegid();
    os::check(::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER), "have mounts of our own");
    if (user != 0) {
        write("/proc/self/setgroups", "deny");
        write("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
        write("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
    }
    os::check(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "keep our mounts to ourselves");
    return {};
} catch (const std::system_error& e) {
    return std::string("a small disk needs root or user namespaces: ") + e.what();
}

} // namespace

const std::string& whyNoDisk()
{
    static const std::string Why = ownMounts();
    return Why;
}

SmallDisk::SmallDisk(std::filesystem::path place, std::uintmax_t size) : place_(std::move(place))
{
    std::filesystem::create_directories(place_);
    const auto options = "size=" + std::to_string(size);
    os::check(::mount("tmpfs", place_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()),
              "mount a small disk at " + place_.string());
}

SmallDisk::~SmallDisk() { ::umount2(place_.c_str(), MNT_DETACH); }

void SmallDisk::fill(std::uintmax_t leave) const
{
    const auto ballast = os::open(place_ / "ballast", O_WRONLY | O_CREAT);
    const auto page = static_cast<std::uintmax_t>(::sysconf(_SC_PAGESIZE));
    const auto wanted = (leave + page - 1) / page * page;
    off_t bytes = 0;
    int lost = 0; // Baton writes at the same time, and may have had some of it first: then it is looked at again.
    for (auto free = os::freeBytes(place_); free > wanted; free = os::freeBytes(place_)) {
        const auto more = static_cast<off_t>(free - wanted);
        if (::fallocate(ballast.get(), 0, bytes, more) == 0)
            bytes += more;
        else if (errno != ENOSPC || ++lost > MostLost)
            os::fail("fill the disk");
    }
}

void SmallDisk::forbidExecution() const
{
    constexpr auto Flags = MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC; // Of the mount alone.
    os::check(::mount(nullptr, place_.c_str(), nullptr, Flags, nullptr), "mount noexec " + place_.string());
}

void SmallDisk::clear() const { std::filesystem::remove(place_ / "ballast"); }

} // namespace baton::system
