#include "client/stage/ArchiveHandle.h"

#include "client/core/Text.h"
#include "client/stage/Refusal.h"

#include <archive.h>

#include <cerrno>
#include <new>
#include <utility>

namespace baton::stage {

ArchiveHandle::ArchiveHandle(ByteSource& source) : source_(source), archive_(archive_read_new(), archive_read_free)
{
    if (!archive_) throw std::bad_alloc();
}

void ArchiveHandle::open(const char* ifNot)
{
    demand(archive_read_open(archive_.get(), this, nullptr, feed, nullptr), ifNot);
}

void ArchiveHandle::demand(int result, const std::string& ifNot)
{
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    if (result == ARCHIVE_OK) return;
    if (archive_errno(archive_.get()) == ENOMEM) throw std::bad_alloc();
    const char* reason = archive_error_string(archive_.get());
    throw Refusal("it " + ifNot + ": " + (reason != nullptr ? escaped(reason, 160) : std::string("no reason given")));
}

// Called by libarchive, which is C: no exception may pass through its frames.
ssize_t ArchiveHandle::feed(archive* reader, void* self, const void** block)
{
    auto& handle = *static_cast<ArchiveHandle*>(self);
    try {
        const auto bytes = handle.source_.next();
        *block = bytes.data();
        return static_cast<ssize_t>(bytes.size());
    } catch (...) {
        handle.thrown_ = std::current_exception();
        archive_set_error(reader, EIO, "its bytes cannot be read");
        return ARCHIVE_FATAL;
    }
}

} // namespace baton::stage
