#include "client/store/Sharing.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <vector>

namespace baton::store {
namespace {

namespace fs = std::filesystem;

constexpr mode_t Shared = 0640;
constexpr uid_t SameOwner = static_cast<uid_t>(-1);

struct Right {
    uid_t user = SameOwner;
    gid_t group = 0;
    mode_t keep = 07777; ///< of the mode that is there
    mode_t add = 0;
};

void give(int file, const fs::path& path, const Right& right)
{
    struct stat status {};
    os::check(::fstat(file, &status), "look at " + path.string());
    const auto user = right.user == SameOwner ? status.st_uid : right.user;
    if (status.st_uid != user || status.st_gid != right.group)
        os::check(::fchown(file, user, right.group), "give away " + path.string());
    const auto mode = (status.st_mode & right.keep) | right.add;
    if ((status.st_mode & 07777) != mode) os::check(::fchmod(file, mode), "set the mode of " + path.string());
}

void giveDirectory(const fs::path& path, const Right& right)
{
    give(os::open(path, O_RDONLY | O_DIRECTORY).get(), path, right);
}

// Written by the supervisor alone, so nobody puts a link in its place.
void giveFile(const fs::path& path, const Right& right)
{
    const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file) give(file.get(), path, right);
}

// An agent that was taken over may have put anything here.
void giveDownloads(const fs::path& directory, const Right& ofDirectory, const Right& ofFiles)
{
    const auto opened = os::open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    for (const auto& entry : fs::directory_iterator(directory)) {
        const auto name = entry.path().filename();
        const os::UniqueFd file(
            ::openat(opened.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0) continue;
        if (S_ISREG(status.st_mode) && status.st_nlink == 1) give(file.get(), entry.path(), ofFiles);
    }
    give(opened.get(), directory, ofDirectory); // Last: until then nobody else changes what is in it.
}

// The store's own and those above it that are Baton's.
std::vector<fs::path> ownDirectories(const Store& store, const fs::path& top)
{
    const auto highest = Store(top).root(); // In the same form.
    const auto relative = store.root().lexically_relative(highest);
    std::vector<fs::path> directories{store.root()};
    if (relative.empty() || *relative.begin() == "..") return directories;
    while (directories.back() != highest) directories.push_back(directories.back().parent_path());
    return directories;
}

} // namespace

void share(const Store& store, const fs::path& top, const os::Account& account)
{
    // What is made here from now on has that group; who is in it may pass, and no more.
    const Right passing{SameOwner, account.group, 07777, S_ISGID | S_IXGRP};
    for (const auto& directory : ownDirectories(store, top)) giveDirectory(directory, passing);
    giveDirectory(store.releases(), {SameOwner, account.group, 07777, S_IRGRP | S_IXGRP});
    const Right readable{SameOwner, account.group, 0600, Shared};
    giveFile(store.stateFile(), readable);
    giveFile(store.historyFile(), readable);
    // The stager reads by the group that it has when root's rights are gone.
    giveDownloads(store.downloads(), {account.user, ::getegid(), 0, S_ISGID | 0750},
                  {account.user, ::getegid(), 0600, Shared});
}

void takeBack(const Store& store)
{
    struct stat status {};
    if (::geteuid() != 0 || ::stat(store.root().c_str(), &status) != 0) return;
    if (status.st_uid != 0) return; // All of it is another's.
    os::check(::stat(store.downloads().c_str(), &status), "look at " + store.downloads().string());
    const bool isShared = status.st_uid != 0 || (status.st_mode & S_ISGID) != 0;
    const Right asItIs{SameOwner, status.st_gid, 07777, 0};
    giveDownloads(store.downloads(), isShared ? Right{0, ::getegid(), 0, 0700} : asItIs, {0, ::getegid(), Shared, 0});
}

} // namespace baton::store
