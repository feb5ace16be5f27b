#include "client/os/PidFile.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace baton::os {
namespace {

constexpr off_t LongestPid = 32; // with its newline, and what others may write around it

// A mistyped path must not cost somebody a file of another kind.
void refuseOther(int directory, const std::string& name, const std::filesystem::path& path)
{
    struct stat there {};
    if (::fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0 || S_ISLNK(there.st_mode)) return;
    if (!S_ISREG(there.st_mode) || there.st_size > LongestPid)
        throw std::runtime_error(escaped(path.string()) + " is there and is no file of a pid");
}

UniqueFd create(int directory, const std::string& name, const std::filesystem::path& path)
{
    ::unlinkat(directory, name.c_str(), 0); // Of one that died in this very moment, under our pid.
    return UniqueFd(check(::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644),
                          "create " + path.string()));
}

} // namespace

PidFile::PidFile(const std::filesystem::path& path) : name_(path.filename())
{
    const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    directory_ = open(parent, O_RDONLY | O_DIRECTORY);
    refuseOther(directory_.get(), name_, path);
    const auto pid = std::to_string(::getpid());
    const auto beside = '.' + name_ + '.' + pid;
    file_ = create(directory_.get(), beside, path);
    writeAll(file_.get(), pid + '\n', path);
    if (::renameat(directory_.get(), beside.c_str(), directory_.get(), name_.c_str()) == 0) return;
    const int error = errno;
    ::unlinkat(directory_.get(), beside.c_str(), 0);
    fail("rename " + beside + " to " + path.string(), error);
}

PidFile::~PidFile()
{
    struct stat ours {};
    struct stat there {};
    if (::fstat(file_.get(), &ours) != 0 ||
        ::fstatat(directory_.get(), name_.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (ours.st_dev == there.st_dev && ours.st_ino == there.st_ino) ::unlinkat(directory_.get(), name_.c_str(), 0);
}

} // namespace baton::os
