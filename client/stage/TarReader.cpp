#include "client/stage/TarReader.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/stage/Refusal.h"

#include <archive.h>
#include <archive_entry.h>

namespace baton::stage {
namespace {

constexpr std::int64_t BlockBytes = 512;
constexpr std::int64_t LongestPadding = 1024 * 1024; // tar's own records are padded to 10 KiB.

std::string textOf(const char* text) { return text != nullptr ? std::string(text) : std::string(); }

EntryKind kindOf(archive_entry* entry)
{
    if (archive_entry_hardlink(entry) != nullptr) return EntryKind::HardLink;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return EntryKind::File;
    case AE_IFDIR: return EntryKind::Directory;
    case AE_IFLNK: return EntryKind::Link;
    default: return EntryKind::Other;
    }
}

// Owner, times, extended attributes, ACLs, flags and the bits for setuid and setgid stay behind.
Entry entryFrom(archive_entry* found)
{
    Entry entry;
    entry.kind = kindOf(found);
    entry.path = textOf(archive_entry_pathname(found));
    entry.target =
        textOf(entry.kind == EntryKind::HardLink ? archive_entry_hardlink(found) : archive_entry_symlink(found));
    entry.sizeBytes = entry.kind == EntryKind::File ? archive_entry_size(found) : 0;
    entry.executable = (archive_entry_perm(found) & 0100U) != 0;
    entry.sparse = archive_entry_sparse_count(found) > 0;
    return entry;
}

} // namespace

Utf8Locale::Utf8Locale() : mine_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(nullptr)
{
    if (mine_ == nullptr) os::fail("load the locale C.UTF-8");
    before_ = ::uselocale(mine_);
}

Utf8Locale::~Utf8Locale()
{
    ::uselocale(before_);
    ::freelocale(mine_);
}

TarReader::TarReader(Meter& source) : source_(source), archive_(source)
{
    archive_.demand(archive_read_support_filter_none(archive_.get()), "cannot be read as tar");
    archive_.demand(archive_read_support_format_tar(archive_.get()), "cannot be read as tar");
    archive_.open("is no tar archive");
}

std::optional<Entry> TarReader::next()
{
    archive_entry* found = nullptr;
    const int result = archive_read_next_header(archive_.get(), &found);
    if (result == ARCHIVE_EOF) {
        checkEnd();
        return std::nullopt;
    }
    archive_.demand(result, "is damaged");
    return entryFrom(found);
}

void TarReader::readData(const Entry& entry, const std::function<void(std::string_view)>& sink)
{
    std::int64_t done = 0;
    for (;;) {
        const void* block = nullptr;
        std::size_t length = 0;
        la_int64_t offset = 0;
        const int result = archive_read_data_block(archive_.get(), &block, &length, &offset);
        if (result == ARCHIVE_EOF) break;
        archive_.demand(result, "is damaged at " + escaped(entry.path, 120));
        if (offset != done) throw Refusal("the entry " + escaped(entry.path, 120) + " has a hole in its data");
        done += static_cast<std::int64_t>(length);
        if (done > entry.sizeBytes) break;
        sink({static_cast<const char*>(block), length});
    }
    if (done != entry.sizeBytes)
        throw Refusal("the entry " + escaped(entry.path, 120) + " has not the size that its header says");
    endOfEntry_ = archive_filter_bytes(archive_.get(), 0);
}

// libarchive takes the end of the bytes for the end of the archive, so a tar that was cut between two entries would
// pass, and it does not look at what follows the two blocks of zeros.
void TarReader::checkEnd()
{
    const auto end = archive_filter_bytes(archive_.get(), 0);
    while (!source_.next().empty())
        if (source_.bytes() - end > LongestPadding) throw Refusal("there is too much padding after the archive's end");
    if (source_.endOfLastNonZero() > end) throw Refusal("there are bytes after the archive's end");
    if (end != endOfEntry_ + 2 * BlockBytes)
        throw Refusal("it is cut short: the two blocks of zeros at its end are missing");
}

} // namespace baton::stage
