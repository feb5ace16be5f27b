#include "client/stage/SourceTree.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/EntryRules.h"
#include "client/stage/Refusal.h"
#include "client/verify/CopyHashed.h"
#include "client/verify/Sha256.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <vector>

namespace baton::stage {
namespace {

class Walk {
public:
    Walk(const Limits& limits, TreeWriter* writer) : rules_(limits), limits_(limits), writer_(writer) {}

    void directory(const os::UniqueFd& directory, const std::string& prefix)
    {
        for (const auto& name : namesIn(directory, prefix)) entry(directory, name, prefix + name);
    }

    TreeListing finish()
    {
        if (!rules_.hasFiles()) throw Refusal("it is a directory without a single file");
        listing_.sha256 = digest_.finish();
        return listing_;
    }

private:
    std::vector<std::string> namesIn(const os::UniqueFd& directory, const std::string& prefix);
    void entry(const os::UniqueFd& directory, const std::string& name, const std::string& path);
    void file(const os::UniqueFd& directory, const std::string& name, const Entry& entry);

    void note(const std::string& line)
    {
        digest_.update(line);
        listing_.sizeBytes += static_cast<std::int64_t>(line.size());
    }

    EntryRules rules_;
    Limits limits_;
    TreeWriter* writer_;
    verify::Sha256 digest_;
    TreeListing listing_;
};

std::vector<std::string> Walk::namesIn(const os::UniqueFd& directory, const std::string& prefix)
{
    auto again = os::openBeneath(directory.get(), ".", O_RDONLY | O_DIRECTORY);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(again.get()), ::closedir);
    if (!stream) os::fail("read the directory " + prefix);
    [[maybe_unused]] const int owned = again.release();
    std::vector<std::string> names;
    for (errno = 0; const auto* found = ::readdir(stream.get()); errno = 0) {
        const std::string name(static_cast<const char*>(found->d_name));
        if (name != "." && name != "..") names.push_back(name);
        if (static_cast<std::int64_t>(names.size()) > limits_.entries) throw Refusal("it has too many entries");
    }
    if (errno != 0) os::fail("read the directory " + prefix);
    std::sort(names.begin(), names.end());
    return names;
}

EntryKind kindOf(mode_t mode)
{
    if (S_ISREG(mode)) return EntryKind::File;
    if (S_ISDIR(mode)) return EntryKind::Directory;
    return S_ISLNK(mode) ? EntryKind::Link : EntryKind::Other;
}

std::string targetOf(const os::UniqueFd& directory, const std::string& name)
{
    std::array<char, PATH_MAX> target{};
    const auto length = os::check(::readlinkat(directory.get(), name.c_str(), target.data(), target.size()),
                                  "read the link " + escaped(name));
    return {target.data(), static_cast<std::size_t>(length)};
}

void Walk::entry(const os::UniqueFd& directory, const std::string& name, const std::string& path)
{
    struct stat status {};
    os::check(::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat " + escaped(path));
    Entry entry{kindOf(status.st_mode), path, {}, 0, (status.st_mode & S_IXUSR) != 0, false};
    if (entry.kind == EntryKind::File) entry.sizeBytes = status.st_size;
    if (entry.kind == EntryKind::Link) entry.target = targetOf(directory, name);
    rules_.admit(entry);
    switch (entry.kind) {
    case EntryKind::File: return file(directory, name, entry);
    case EntryKind::Link:
        note("l " + path + '\0' + entry.target + '\n');
        if (writer_ != nullptr) writer_->makeLink(path, entry.target);
        return;
    default:
        note("d " + path + '\n');
        if (writer_ != nullptr) writer_->makeDirectory(path);
        this->directory(os::openBeneath(directory.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path + '/');
    }
}

void Walk::file(const os::UniqueFd& directory, const std::string& name, const Entry& entry)
{
    const auto from = os::openBeneath(directory.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    verify::Copied copied;
    if (writer_ != nullptr) {
        const auto to = writer_->makeFile(entry.path, entry.executable ? FileMode::Executable : FileMode::Plain);
        copied = verify::copyHashed(from.get(), to.get(), entry.sizeBytes, entry.path, writer_->nameOf(entry.path));
    } else {
        copied = verify::hash(from.get(), entry.sizeBytes, entry.path);
    }
    if (copied.sizeBytes != entry.sizeBytes) throw Refusal(escaped(entry.path) + " changed while it was read");
    note("f " + std::string(entry.executable ? "755 " : "644 ") + std::to_string(copied.sizeBytes) + ' ' +
         copied.sha256 + ' ' + entry.path + '\n');
}

} // namespace

TreeListing listTree(const std::filesystem::path& top, const Limits& limits, TreeWriter* writer)
{
    Walk walk(limits, writer);
    walk.directory(os::open(top, O_RDONLY | O_DIRECTORY), "");
    return walk.finish();
}

} // namespace baton::stage
