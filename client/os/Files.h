// Files that are either whole or not there: every durable step of the store is made of these.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace baton::os {

namespace fs = std::filesystem;

/// Opens /dev/null in the place of each standard stream that is closed: else the next file that is opened would be
/// taken for it, by us or by a program. To be called first of all.
void openStandardStreams();

/// Opens with O_CLOEXEC added.  @throws std::system_error naming the path.
UniqueFd open(const fs::path& path, int flags, mode_t mode = 0600);

/// Opens `name` below `directory` and nowhere else: no "..", no absolute path, no symbolic link on the way.
/// [openat2(2), RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS]
UniqueFd openBeneath(int directory, const std::string& name, int flags, mode_t mode = 0600);

/// Writes all of `bytes`; short writes go on.  @throws std::system_error naming `what`.
void writeAll(int fd, std::string_view bytes, const fs::path& what);

void syncFile(int fd, const fs::path& what);
void syncDirectory(const fs::path& directory);

/// Replaces `path` durably: temporary file beside it, fsync, rename, fsync of the directory. Whoever reads sees the old
/// text or the new one, whole; after a failure the old one. A mode that names the group and not all others is had
/// whatever the umask is.
void writeDurably(const fs::path& path, std::string_view text, mode_t mode = 0600);

/// Replaces `path` in one step without waiting for a disk: whoever reads sees the old text or the new one, whole; after
/// a loss of power perhaps neither.
void replaceFile(const fs::path& path, std::string_view text, mode_t mode = 0600);

/// Appends one line durably, healing a line that an earlier crash cut short.
void appendLineDurably(const fs::path& path, std::string_view line, mode_t mode = 0600);

/// The whole file; nothing when there is none.  @throws std::system_error if it is longer than `longest` (EFBIG) or
/// cannot be read.
std::optional<std::string> readWhole(const fs::path& path, std::size_t longest = 1024 * 1024);

/// The same of a plain file that another user may have written: no link is followed, and of a pipe nothing is waited
/// for.  @throws std::system_error also for what is none
std::optional<std::string> readStrangers(const fs::path& path, std::size_t longest = 1024 * 1024);

/// Points the symbolic link `link` at `target`, durably and in one step.
void pointDurably(const fs::path& link, const fs::path& target);

/// Renames and syncs both directories.
void renameDurably(const fs::path& from, const fs::path& to);

/// fsync of every file and directory below `root`, leaves first, then of `root` itself.
void syncTree(const fs::path& root);

/// Removes `root` and what is below it, following no link; nothing there is no error.
void removeTree(const fs::path& root);

/// Makes the directory (and its parents) with this mode if it is missing.
/// @throws std::system_error if something else stands in its place.
void makeDirectory(const fs::path& directory, mode_t mode = 0700);

/// A file system as seen from one of its paths.
struct Disk {
    std::uintmax_t freeBytes = 0; ///< for us
    std::uintmax_t sizeBytes = 0; ///< 0: it does not say
    dev_t id = 0;
};

Disk diskOf(const fs::path& path);

/// Free space for us on the file system of `path`, in bytes.
std::uintmax_t freeBytes(const fs::path& path);

/// Whether nothing may be executed on the file system of `path`, which is mounted noexec.
bool forbidsExecution(const fs::path& path);

} // namespace baton::os
