#include "client/os/ReadOnlyView.h"

#include <sys/mount.h>
#include <sys/statvfs.h>

#include <limits.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace baton::os {
namespace {

// What a mount forbids already stays forbidden: a remount takes all of its flags anew.
unsigned long flagsOf(const std::string& directory)
{
    constexpr std::array<std::pair<unsigned long, unsigned long>, 5> Same{{{ST_NOSUID, MS_NOSUID},
                                                                           {ST_NODEV, MS_NODEV},
                                                                           {ST_NOEXEC, MS_NOEXEC},
                                                                           {ST_NOATIME, MS_NOATIME},
                                                                           {ST_NODIRATIME, MS_NODIRATIME}}};
    struct statvfs status {};
    unsigned long flags = 0;
    if (::statvfs(directory.c_str(), &status) != 0) return flags;
    for (const auto& [has, keeps] : Same)
        if ((status.f_flag & has) != 0) flags |= keeps;
    return flags;
}

bool bind(const std::string& directory, unsigned long flags)
{
    return ::mount(directory.c_str(), directory.c_str(), nullptr, MS_BIND | flags, nullptr) == 0;
}

} // namespace

ReadOnlyView::ReadOnlyView(std::string directory, std::string scratch)
    : directory_(std::move(directory)),
      scratch_(std::move(scratch))
{
    if (!directory_.empty()) kept_ = flagsOf(directory_);
}

bool ReadOnlyView::takeOn() const
{
    if (directory_.empty() || ::unshare(CLONE_NEWNS) != 0) return false;
    // Nothing that is mounted from here on is seen by anybody else. The scratch directory comes first: what is bound
    // out of a mount that is read-only is read-only, too.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0 || !bind(scratch_, 0) ||
        !bind(directory_, MS_REC) ||
        ::mount(nullptr, directory_.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY | kept_, nullptr) != 0)
        return false;
    // Where it stands is still the directory beneath the new mount, if it stands in there.
    std::array<char, PATH_MAX> here{};
    return ::getcwd(here.data(), here.size()) != nullptr && ::chdir(here.data()) == 0;
}

} // namespace baton::os
