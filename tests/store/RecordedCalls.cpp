// The calls of this process that change a directory, as the C library would do them: told to a RecordedDisk, or failed.
#include "tests/store/RecordedDisk.h"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <optional>
#include <utility>

namespace fs = std::filesystem;

namespace baton::testing {
namespace {

FileId idOf(const struct stat& status) { return {status.st_dev, status.st_ino}; }

struct Place {
    std::size_t directory;
    std::string name;
};

// What the calls below tell; a file is known by its inode as long as it has a name.
struct Recorder {
    std::vector<Step>* steps = nullptr;
    std::map<FileId, std::size_t> nodes;
    std::size_t next = 0;
    std::size_t calls = 0;
    std::size_t failsAt = 0;
    int error = 0;
    bool hasFailed = false;

    bool fails(bool concernsUs, const std::vector<int>& errors)
    {
        if (!isOn() || !concernsUs || ++calls != failsAt) return false;
        if (std::find(errors.begin(), errors.end(), error) == errors.end()) return false;
        hasFailed = true;
        errno = error;
        return true;
    }

    bool isOn() const { return steps != nullptr; }

    std::optional<std::size_t> nodeOf(const struct stat& status) const
    {
        const auto found = nodes.find(idOf(status));
        return found == nodes.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<std::size_t> nodeOf(int fd) const
    {
        struct stat status {};
        return isOn() && ::fstat(fd, &status) == 0 ? nodeOf(status) : std::nullopt;
    }
    std::optional<std::size_t> nodeAt(int directory, const char* path) const
    {
        struct stat status {};
        return ::fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? nodeOf(status) : std::nullopt;
    }
    std::optional<Place> placeOf(int directory, const char* path) const
    {
        if (!isOn()) return std::nullopt;
        const fs::path whole(path);
        const auto parent = whole.has_parent_path() ? whole.parent_path() : fs::path(".");
        struct stat status {};
        if (::fstatat(directory, parent.c_str(), &status, 0) != 0) return std::nullopt;
        const auto node = nodeOf(status);
        return node ? std::optional(Place{*node, whole.filename().string()}) : std::nullopt;
    }
    bool exists(int directory, const char* path) const
    {
        struct stat status {};
        return ::fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
    }

    void made(int directory, const char* path, const std::optional<Place>& place, Node node)
    {
        struct stat status {};
        if (!place || ::fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) != 0) return;
        node.mode = status.st_mode & 07777U;
        nodes[idOf(status)] = next;
        Step step{Change::Make, next++, place->directory, place->name};
        step.made = std::move(node);
        steps->push_back(std::move(step));
    }
    void forget(std::size_t node)
    {
        std::erase_if(nodes, [node](const auto& one) { return one.second == node; });
    }
};

Recorder& recorder()
{
    static Recorder TheOne;
    return TheOne;
}

template <typename Function>
Function* next(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// What each kind of call may say.
const std::vector<int> OfOpening{EMFILE, ENOMEM, EIO};
const std::vector<int> OfMaking{ENOSPC, EMFILE, ENOMEM, EIO};
const std::vector<int> OfNames{ENOSPC, ENOMEM, EIO};
const std::vector<int> OfBytes{ENOSPC, EIO};
const std::vector<int> OfModes{EIO};

// A file that is made, or emptied, by being opened.
class Opening {
public:
    Opening(int directory, const char* path, int flags)
        : directory_(directory),
          path_(path),
          place_((flags & (O_CREAT | O_TRUNC)) != 0 ? recorder().placeOf(directory, path) : std::nullopt),
          wasThere_(place_ && recorder().exists(directory, path)),
          empties_((flags & O_TRUNC) != 0)
    {
    }
    int done(int file)
    {
        if (file < 0 || !place_) return file;
        if (!wasThere_)
            recorder().made(directory_, path_, place_, {Kind::File});
        else if (const auto node = recorder().nodeOf(file); node && empties_)
            recorder().steps->push_back({Change::Cut, *node});
        return file;
    }

private:
    int directory_;
    const char* path_;
    std::optional<Place> place_;
    bool wasThere_;
    bool empties_;
};

bool opensInVain(int directory, const char* path, int flags)
{
    return recorder().fails(recorder().placeOf(directory, path).has_value(),
                            (flags & O_CREAT) != 0 ? OfMaking : OfOpening);
}

class Removing {
public:
    Removing(int directory, const char* path)
        : place_(recorder().placeOf(directory, path)),
          node_(place_ ? recorder().nodeAt(directory, path) : std::nullopt)
    {
    }
    bool fails() const { return recorder().fails(place_.has_value(), OfModes); }
    int done(int result)
    {
        if (result != 0 || !node_) return result;
        recorder().steps->push_back({Change::Remove, *node_, place_->directory, place_->name});
        recorder().forget(*node_);
        return result;
    }

private:
    std::optional<Place> place_;
    std::optional<std::size_t> node_;
};

int makeDirectory(int directory, const char* path, mode_t mode)
{
    const auto place = recorder().placeOf(directory, path);
    if (recorder().fails(place.has_value(), OfNames)) return -1;
    const int result = static_cast<int>(next<long(long, ...)>("syscall")(SYS_mkdirat, directory, path, mode));
    if (result == 0) recorder().made(directory, path, place, {Kind::Directory});
    return result;
}

int makeLink(const char* target, int directory, const char* path)
{
    const auto place = recorder().placeOf(directory, path);
    if (recorder().fails(place.has_value(), OfNames)) return -1;
    const int result = static_cast<int>(next<long(long, ...)>("syscall")(SYS_symlinkat, target, directory, path));
    if (result == 0) recorder().made(directory, path, place, {Kind::Link, 0777, target});
    return result;
}

// Nothing here outlives the test, so nothing need reach the disk.
int synced(int fd)
{
    const auto node = recorder().nodeOf(fd);
    if (recorder().fails(node.has_value(), OfBytes)) return -1;
    if (node) recorder().steps->push_back({Change::Sync, *node});
    return 0;
}

} // namespace
} // namespace baton::testing

using baton::testing::Change;
using baton::testing::Opening;
using baton::testing::recorder;
using baton::testing::Removing;
using baton::testing::Step;

// The C library's own, for this executable and all that it has loaded.
extern "C" {

int open(const char* path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (baton::testing::opensInVain(AT_FDCWD, path, flags)) return -1;
    Opening opening(AT_FDCWD, path, flags);
    return opening.done(
        static_cast<int>(baton::testing::next<long(long, ...)>("syscall")(SYS_openat, AT_FDCWD, path, flags, mode)));
}

long syscall(long number, ...) noexcept
{
    va_list rest;
    va_start(rest, number);
    long words[6];
    for (auto& word : words) word = va_arg(rest, long);
    va_end(rest);
    auto* const real = baton::testing::next<long(long, ...)>("syscall");
    if (number != SYS_openat2) return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    const auto directory = static_cast<int>(words[0]);
    const auto* const path = reinterpret_cast<const char*>(words[1]);
    const auto flags = static_cast<int>(reinterpret_cast<const open_how*>(words[2])->flags);
    if (baton::testing::opensInVain(directory, path, flags)) return -1;
    Opening opening(directory, path, flags);
    return opening.done(static_cast<int>(real(number, words[0], words[1], words[2], words[3])));
}

ssize_t write(int fd, const void* bytes, size_t length)
{
    const auto node = recorder().nodeOf(fd);
    if (recorder().fails(node.has_value(), baton::testing::OfBytes)) return -1;
    const auto offset = node ? ::lseek(fd, 0, SEEK_CUR) : 0;
    const auto written = baton::testing::next<ssize_t(int, const void*, size_t)>("write")(fd, bytes, length);
    if (!node || written <= 0) return written;
    Step step{Change::Write, *node};
    step.offset = offset;
    step.bytes.assign(static_cast<const char*>(bytes), static_cast<std::size_t>(written));
    recorder().steps->push_back(std::move(step));
    return written;
}

int ftruncate(int fd, off_t length) noexcept
{
    if (recorder().fails(recorder().nodeOf(fd).has_value(), baton::testing::OfBytes)) return -1;
    const int result = baton::testing::next<int(int, off_t)>("ftruncate")(fd, length);
    if (const auto node = recorder().nodeOf(fd); node && result == 0) {
        Step step{Change::Cut, *node};
        step.offset = length;
        recorder().steps->push_back(std::move(step));
    }
    return result;
}

int fchmod(int fd, mode_t mode) noexcept
{
    if (recorder().fails(recorder().nodeOf(fd).has_value(), baton::testing::OfModes)) return -1;
    const int result = baton::testing::next<int(int, mode_t)>("fchmod")(fd, mode);
    if (const auto node = recorder().nodeOf(fd); node && result == 0) {
        Step step{Change::Mode, *node};
        step.mode = mode;
        recorder().steps->push_back(std::move(step));
    }
    return result;
}

int chmod(const char* path, mode_t mode) noexcept
{
    if (recorder().fails(recorder().placeOf(AT_FDCWD, path).has_value(), baton::testing::OfModes)) return -1;
    const int result = baton::testing::next<int(const char*, mode_t)>("chmod")(path, mode);
    if (!recorder().isOn() || result != 0) return result;
    if (const auto node = recorder().nodeAt(AT_FDCWD, path)) {
        Step step{Change::Mode, *node};
        step.mode = mode;
        recorder().steps->push_back(std::move(step));
    }
    return result;
}

int fsync(int fd) { return baton::testing::synced(fd); }
int fdatasync(int fd) { return baton::testing::synced(fd); }

int rename(const char* from, const char* to) noexcept
{
    const auto source = recorder().placeOf(AT_FDCWD, from);
    const auto target = recorder().placeOf(AT_FDCWD, to);
    const auto node = source ? recorder().nodeAt(AT_FDCWD, from) : std::nullopt;
    const auto replaced = target ? recorder().nodeAt(AT_FDCWD, to) : std::nullopt;
    if (recorder().fails(target.has_value(), baton::testing::OfNames)) return -1;
    const int result = baton::testing::next<int(const char*, const char*)>("rename")(from, to);
    if (result != 0 || !node || !target) return result;
    if (replaced) recorder().forget(*replaced);
    recorder().steps->push_back(
        {Change::Rename, *node, source->directory, source->name, target->directory, target->name});
    return result;
}

int unlink(const char* path) noexcept
{
    Removing removing(AT_FDCWD, path);
    if (removing.fails()) return -1;
    return removing.done(baton::testing::next<int(const char*)>("unlink")(path));
}

int unlinkat(int directory, const char* path, int flags) noexcept
{
    Removing removing(directory, path);
    if (removing.fails()) return -1;
    return removing.done(baton::testing::next<int(int, const char*, int)>("unlinkat")(directory, path, flags));
}

int rmdir(const char* path) noexcept
{
    Removing removing(AT_FDCWD, path);
    if (removing.fails()) return -1;
    return removing.done(baton::testing::next<int(const char*)>("rmdir")(path));
}

int remove(const char* path) noexcept
{
    Removing removing(AT_FDCWD, path);
    if (removing.fails()) return -1;
    return removing.done(baton::testing::next<int(const char*)>("remove")(path));
}

int mkdir(const char* path, mode_t mode) noexcept { return baton::testing::makeDirectory(AT_FDCWD, path, mode); }
int mkdirat(int directory, const char* path, mode_t mode) noexcept
{
    return baton::testing::makeDirectory(directory, path, mode);
}
int symlink(const char* target, const char* path) noexcept { return baton::testing::makeLink(target, AT_FDCWD, path); }
int symlinkat(const char* target, int directory, const char* path) noexcept
{
    return baton::testing::makeLink(target, directory, path);
}

} // extern "C"

namespace baton::testing {

void RecordedDisk::start(const fs::path& top)
{
    before_.clear();
    steps_.clear();
    auto& recording = recorder();
    recording.nodes.clear();
    take(before_, recording.nodes, top);
    recording.next = before_.size();
    recording.steps = &steps_;
}

void RecordedDisk::stop() { recorder().steps = nullptr; }

void RecordedDisk::fail(std::size_t number, int error)
{
    recorder().calls = 0;
    recorder().failsAt = number;
    recorder().error = error;
    recorder().hasFailed = false;
}

std::size_t RecordedDisk::calls() { return recorder().calls; }
bool RecordedDisk::hasFailed() { return recorder().hasFailed; }

} // namespace baton::testing
