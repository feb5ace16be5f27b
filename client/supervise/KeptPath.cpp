#include "client/supervise/KeptPath.h"

#include "client/os/Errors.h"

#include <sys/stat.h>

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace baton::supervise {
namespace {

constexpr const char* KeptEnding = ".baton-kept";

std::filesystem::path beside(const std::filesystem::path& path, const std::string& ending)
{
    return path.parent_path() / ('.' + path.filename().string() + ending);
}

bool isSocket(const std::filesystem::path& file, struct stat& status)
{
    return ::lstat(file.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

} // namespace

KeptPath::KeptPath(std::filesystem::path path, bool linkIsTruth)
    : path_(std::move(path)),
      link_(beside(path_, KeptEnding))
{
    struct stat status {};
    if (linkIsTruth && isSocket(link_, status)) {
        remember(link_);
        return;
    }
    remember(path_);
    ::unlink(link_.c_str());
    if (::link(path_.c_str(), link_.c_str()) != 0) whyNotKept_ = os::describe(errno);
}

KeptPath::KeptPath(const KeptPathState& state)
    : path_(state.path),
      link_(beside(path_, KeptEnding)),
      whyNotKept_(state.whyNotKept),
      device_(state.device),
      inode_(state.inode),
      mode_(state.mode),
      removes_(state.removes)
{
}

KeptPathState KeptPath::save() const { return {path_.string(), device_, inode_, mode_, whyNotKept_, removes_}; }

KeptPath::~KeptPath()
{
    if (removes_ && stands()) ::unlink(path_.c_str());
    if (isOurs(link_)) ::unlink(link_.c_str());
}

void KeptPath::remember(const std::filesystem::path& file)
{
    struct stat status {};
    if (!isSocket(file, status)) return;
    device_ = status.st_dev;
    inode_ = status.st_ino;
    mode_ = status.st_mode & 0777U;
}

bool KeptPath::isOurs(const std::filesystem::path& file) const
{
    struct stat status {};
    return isSocket(file, status) && status.st_dev == device_ && status.st_ino == inode_;
}

bool KeptPath::stands() const { return isOurs(path_); }

std::string KeptPath::putBack() const
{
    if (!whyNotKept_.empty()) return "no hard link of it could be made (" + whyNotKept_ + ")";
    if (!isOurs(link_)) return "its hard link was taken away too";
    if (::link(link_.c_str(), path_.c_str()) == 0) return {};
    struct stat status {};
    if (errno != EEXIST) return os::describe(errno);
    if (!isSocket(path_, status)) return "there is a file in its place that is no socket";
    const auto fresh = beside(path_, ".baton-new");
    ::unlink(fresh.c_str());
    if (::link(link_.c_str(), fresh.c_str()) == 0 && ::rename(fresh.c_str(), path_.c_str()) == 0) return {};
    const int error = errno;
    ::unlink(fresh.c_str());
    return os::describe(error);
}

} // namespace baton::supervise
