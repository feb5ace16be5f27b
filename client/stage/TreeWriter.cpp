#include "client/stage/TreeWriter.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/stat.h>

#include <fcntl.h>

namespace baton::stage {
namespace {

constexpr mode_t DirectoryMode = 0755;

struct Place {
    os::UniqueFd parent;
    std::string name;
};

Place placeOf(int top, const std::string& path)
{
    const auto slash = path.rfind('/');
    const auto parent = slash == std::string::npos ? std::string(".") : path.substr(0, slash);
    const auto name = slash == std::string::npos ? path : path.substr(slash + 1);
    return {os::openBeneath(top, parent, O_PATH | O_DIRECTORY), name};
}

} // namespace

TreeWriter::TreeWriter(const std::filesystem::path& top)
    : top_(top),
      directory_(os::open(top, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
{
}

void TreeWriter::makeDirectory(const std::string& path)
{
    const auto place = placeOf(directory_.get(), path);
    os::check(::mkdirat(place.parent.get(), place.name.c_str(), DirectoryMode), "make the directory " + nameOf(path));
    const auto made = os::openBeneath(place.parent.get(), place.name, O_RDONLY | O_DIRECTORY);
    os::check(::fchmod(made.get(), DirectoryMode), "set the mode of " + nameOf(path)); // Whatever the umask.
}

void TreeWriter::makeLink(const std::string& path, const std::string& target)
{
    const auto place = placeOf(directory_.get(), path);
    os::check(::symlinkat(target.c_str(), place.parent.get(), place.name.c_str()), "make the link " + nameOf(path));
}

os::UniqueFd TreeWriter::makeFile(const std::string& path, FileMode mode)
{
    auto file = os::openBeneath(directory_.get(), path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    os::check(::fchmod(file.get(), mode == FileMode::Executable ? 0755 : 0644), "set the mode of " + nameOf(path));
    return file;
}

} // namespace baton::stage
