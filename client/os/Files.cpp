#include "client/os/Files.h"

#include "client/os/Errors.h"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

namespace baton::os {
namespace {

fs::path parentOf(const fs::path& path)
{
    const auto parent = path.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

// A name beside `path` that no other process uses: each file of the store has one writer.
fs::path temporaryBeside(const fs::path& path) { return parentOf(path) / ("." + path.filename().string() + ".tmp"); }

// Where the last whole line ends.
off_t endOfLastLine(int fd, off_t size, const fs::path& path)
{
    std::vector<char> tail(4096);
    while (size > 0) {
        const auto begin = size > static_cast<off_t>(tail.size()) ? size - static_cast<off_t>(tail.size()) : 0;
        const auto length =
            check(::pread(fd, tail.data(), static_cast<std::size_t>(size - begin), begin), "read " + path.string());
        for (auto at = length; at > 0; --at)
            if (tail[static_cast<std::size_t>(at - 1)] == '\n') return begin + at;
        size = begin;
    }
    return 0;
}

std::string readAll(int file, const fs::path& path, std::size_t longest)
{
    std::string text;
    std::vector<char> block(16 * 1024);
    for (;;) {
        const auto length = ::read(file, block.data(), block.size());
        if (length < 0 && errno == EINTR) continue;
        if (check(length, "read " + path.string()) == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(length));
        if (text.size() > longest) fail("read " + path.string(), EFBIG);
    }
}

// A group that is to read is named by the mode, and has nothing to do with the umask of whoever writes. Where it is
// right already nothing is done, since not everybody may.
void setModeForGroup(int file, const fs::path& path, mode_t mode)
{
    if ((mode & S_IRWXG) == 0 || (mode & S_IRWXO) != 0) return;
    struct stat status {};
    check(::fstat(file, &status), "look at " + path.string());
    if ((status.st_mode & 07777) != mode) check(::fchmod(file, mode), "set the mode of " + path.string());
}

} // namespace

void openStandardStreams()
{
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(stream, F_GETFD) < 0) // The lowest number that is free is just that one.
            [[maybe_unused]]
            const int opened = ::open("/dev/null", O_RDWR);
}

UniqueFd open(const fs::path& path, int flags, mode_t mode)
{
    return UniqueFd(check(::open(path.c_str(), flags | O_CLOEXEC, mode), "open " + path.string()));
}

UniqueFd openBeneath(int directory, const std::string& name, int flags, mode_t mode)
{
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = (flags & O_CREAT) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    for (;;) {
        const auto fd = ::syscall(SYS_openat2, directory, name.c_str(), &how, sizeof how);
        if (fd >= 0) return UniqueFd(static_cast<int>(fd));
        if (errno != EAGAIN && errno != EINTR) fail("open " + name);
    }
}

void writeAll(int fd, std::string_view bytes, const fs::path& what)
{
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        bytes.remove_prefix(static_cast<std::size_t>(check(written, "write " + what.string())));
    }
}

void syncFile(int fd, const fs::path& what) { check(::fsync(fd), "fsync " + what.string()); }

void syncDirectory(const fs::path& directory) { syncFile(open(directory, O_RDONLY | O_DIRECTORY).get(), directory); }

void writeDurably(const fs::path& path, std::string_view text, mode_t mode)
{
    const auto temporary = temporaryBeside(path);
    try {
        const auto file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
        setModeForGroup(file.get(), temporary, mode);
        writeAll(file.get(), text, temporary);
        syncFile(file.get(), temporary);
        renameDurably(temporary, path);
    } catch (...) {
        ::unlink(temporary.c_str()); // After a failed fsync the file is garbage; on a full disk it is in the way.
        throw;
    }
}

void replaceFile(const fs::path& path, std::string_view text, mode_t mode)
{
    const auto temporary = temporaryBeside(path);
    try {
        const auto file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
        writeAll(file.get(), text, temporary);
        check(::rename(temporary.c_str(), path.c_str()), "rename " + temporary.string() + " to " + path.string());
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

void appendLineDurably(const fs::path& path, std::string_view line, mode_t mode)
{
    const auto file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode);
    struct stat status {};
    check(::fstat(file.get(), &status), "stat " + path.string());
    setModeForGroup(file.get(), path, mode);
    const auto end = endOfLastLine(file.get(), status.st_size, path);
    if (end != status.st_size) check(::ftruncate(file.get(), end), "truncate " + path.string());
    check(::lseek(file.get(), end, SEEK_SET), "seek in " + path.string());
    try {
        writeAll(file.get(), std::string(line) + '\n', path);
        syncFile(file.get(), path);
    } catch (...) {
        if (::ftruncate(file.get(), end) != 0) ::perror("baton: truncate"); // The next append heals it too.
        throw;
    }
    if (end == 0) syncDirectory(parentOf(path));
}

std::optional<std::string> readWhole(const fs::path& path, std::size_t longest)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file) return readAll(file.get(), path, longest);
    if (errno == ENOENT) return std::nullopt;
    fail("open " + path.string());
}

std::optional<std::string> readStrangers(const fs::path& path, std::size_t longest)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!file) {
        if (errno == ENOENT) return std::nullopt;
        fail("open " + path.string());
    }
    struct stat status {};
    check(::fstat(file.get(), &status), "look at " + path.string());
    if (!S_ISREG(status.st_mode)) fail("read " + path.string() + ", which is no plain file", EINVAL);
    return readAll(file.get(), path, longest);
}

void pointDurably(const fs::path& link, const fs::path& target)
{
    const auto temporary = temporaryBeside(link);
    ::unlink(temporary.c_str()); // What a crash left behind.
    check(::symlink(target.c_str(), temporary.c_str()), "make the link " + temporary.string());
    renameDurably(temporary, link);
}

void renameDurably(const fs::path& from, const fs::path& to)
{
    check(::rename(from.c_str(), to.c_str()), "rename " + from.string() + " to " + to.string());
    syncDirectory(parentOf(to));
    if (parentOf(from) != parentOf(to)) syncDirectory(parentOf(from));
}

void syncTree(const fs::path& root)
{
    for (const auto& entry : fs::directory_iterator(root)) {
        if (entry.is_symlink()) continue;
        if (entry.is_directory())
            syncTree(entry.path());
        else
            syncFile(open(entry.path(), O_RDONLY | O_NOFOLLOW).get(), entry.path());
    }
    syncDirectory(root);
}

void removeTree(const fs::path& root)
{
    std::error_code error;
    fs::remove_all(root, error);
    if (error) fail("remove " + root.string(), error.value());
}

void makeDirectory(const fs::path& directory, mode_t mode)
{
    if (!directory.has_parent_path() || directory == directory.root_path()) return;
    if (!fs::exists(directory.parent_path())) makeDirectory(directory.parent_path(), 0755);
    if (::mkdir(directory.c_str(), mode) == 0) {
        syncDirectory((directory.has_parent_path() ? directory.parent_path() : fs::path(".")));
        return;
    }
    const int error = errno;
    if (error != EEXIST || !fs::is_directory(directory)) fail("make the directory " + directory.string(), error);
}

Disk diskOf(const fs::path& path)
{
    struct stat status {};
    std::error_code error;
    const auto space = fs::space(path, error);
    if (error) fail("ask for the free space of " + path.string(), error.value());
    check(::stat(path.c_str(), &status), "stat " + path.string());
    return {space.available, space.capacity, status.st_dev};
}

std::uintmax_t freeBytes(const fs::path& path) { return diskOf(path).freeBytes; }

bool forbidsExecution(const fs::path& path)
{
    struct statvfs about {};
    return ::statvfs(path.c_str(), &about) == 0 && (about.f_flag & ST_NOEXEC) != 0;
}

} // namespace baton::os
