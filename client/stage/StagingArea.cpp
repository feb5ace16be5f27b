#include "client/stage/StagingArea.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/TreeWriter.h"

#include <sys/stat.h>

#include <system_error>

namespace baton::stage {

StagingArea::StagingArea(const store::Store& store, const store::ReleaseKey& key) : path_(store.stagingDirectory(key))
{
    os::removeTree(path_);
    os::check(::mkdir(path_.c_str(), 0700), "make the directory " + path_.string());
}

StagingArea::~StagingArea()
{
    if (sealed_) return;
    std::error_code nobodyToTell; // The next try removes it first, and so does the supervisor at its start.
    std::filesystem::remove_all(path_, nobodyToTell);
}

void StagingArea::seal(const store::Release& release)
{
    TreeWriter writer(path_);
    os::writeAll(writer.makeFile(store::ReleaseFileName, FileMode::Plain).get(), store::print(release),
                 writer.nameOf(store::ReleaseFileName));
    os::check(::chmod(path_.c_str(), 0755),
              "set the mode of " + path_.string()); // A program may have a user of its own.
    os::syncTree(path_);
    os::syncDirectory(path_.parent_path());
    sealed_ = true;
}

} // namespace baton::stage
