#include "client/doctor/Look.h"
#include "client/os/Files.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace baton::doctor {
namespace {

namespace fs = std::filesystem;

std::string nameOf(uid_t user)
{
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> text{};
    if (::getpwuid_r(user, &entry, text.data(), text.size(), &found) == 0 && found != nullptr) return entry.pw_name;
    return std::to_string(user);
}

// Where names may be taken away by who does not own them (/tmp keeps that from everybody by its sticky bit).
fs::path exposedAbove(const fs::path& directory)
{
    std::error_code none;
    for (auto at = fs::weakly_canonical(directory, none); at.has_relative_path();) {
        at = at.parent_path();
        struct stat status {};
        if (::stat(at.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0)
            return at;
    }
    return {};
}

bool isNoExec(const store::Store& store)
{
    std::error_code none;
    return os::forbidsExecution(fs::exists(store.releases(), none) ? store.releases() : store.root());
}

void lookAtState(const store::Store& store, StoreFacts& facts)
try {
    facts.state = store.loadState();
    if (!facts.state || !facts.state->current) return;
    const auto release = store.loadRelease(*facts.state->current);
    facts.isCurrentWhole = release.has_value();
    if (!release) return;
    const auto program = store.releaseDirectory(release->key) / release->program;
    facts.isCurrentTree = release->program.empty();
    facts.isCurrentWhole = facts.isCurrentTree || ::access(program.c_str(), F_OK) == 0;
    for (const auto& package : release->packages) facts.currentBytes += package.sizeBytes;
} catch (const std::system_error& error) {
    facts.unreadable = error.what();
} catch (const std::runtime_error& error) {
    facts.damage = error.what();
}

} // namespace

StoreFacts lookAtStore(const store::Store& store)
{
    StoreFacts facts;
    facts.directory = store.root();
    struct stat status {};
    if (::stat(store.root().c_str(), &status) != 0) {
        if (errno != ENOENT)
            facts.unreadable =
                std::system_error(errno, std::generic_category(), "look at " + store.root().string()).what();
        return facts;
    }
    if (!S_ISDIR(status.st_mode)) {
        facts.unreadable = store.root().string() + " is no directory";
        return facts;
    }
    facts.exists = true;
    facts.owner = nameOf(status.st_uid);
    facts.mode = status.st_mode & 07777U;
    facts.isWritable = ::faccessat(AT_FDCWD, store.root().c_str(), W_OK | X_OK, AT_EACCESS) == 0;
    facts.exposed = exposedAbove(store.root());
    facts.isNoExec = isNoExec(store);
    facts.freeBytes = os::freeBytes(store.root());
    lookAtState(store, facts);
    return facts;
}

} // namespace baton::doctor
