#include "client/stage/ByteSource.h"

#include "client/os/Errors.h"
#include "client/stage/Refusal.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace baton::stage {
namespace {

constexpr std::size_t BlockBytes = 256 * 1024;

using Support = int (*)(archive*);

Support supportOf(Compression compression)
{
    switch (compression) {
    case Compression::Gzip: return archive_read_support_filter_gzip;
    case Compression::Xz: return archive_read_support_filter_xz;
    case Compression::Zstd: return archive_read_support_filter_zstd;
    case Compression::None: break;
    }
    return archive_read_support_filter_none;
}

} // namespace

FileSource::FileSource(int fd, std::string name) : fd_(fd), name_(std::move(name)), block_(BlockBytes) {}

std::string_view FileSource::next()
{
    for (;;) {
        const auto length = ::pread(fd_, block_.data(), block_.size(), offset_);
        if (length < 0 && errno == EINTR) continue;
        offset_ += os::check(length, "read " + name_);
        return {block_.data(), static_cast<std::size_t>(length)};
    }
}

Decompressor::Decompressor(ByteSource& packed, std::int64_t packedBytes, Compression compression)
    : archive_(packed),
      packedBytes_(packedBytes)
{
    // One filter by name: with all of them libarchive runs programs. It says ARCHIVE_WARN where it would run one.
    archive_.demand(supportOf(compression)(archive_.get()), "cannot be decompressed here");
    archive_.demand(archive_read_support_format_raw(archive_.get()), "cannot be decompressed here");
    archive_.open("is damaged");
    archive_entry* stream = nullptr;
    archive_.demand(archive_read_next_header(archive_.get(), &stream), "is damaged");
    if (archive_filter_count(archive_.get()) != 2) throw Refusal("it is compressed more than once"); // And the file's.
}

std::string_view Decompressor::next()
{
    const void* block = nullptr;
    std::size_t length = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(archive_.get(), &block, &length, &offset);
    if (result != ARCHIVE_EOF) {
        archive_.demand(result, "is damaged");
        return {static_cast<const char*>(block), length};
    }
    if (archive_filter_bytes(archive_.get(), -1) != packedBytes_)
        throw Refusal("there are bytes after the end of the compressed data");
    return {};
}

Meter::Meter(ByteSource& inner, std::int64_t packedBytes, const Limits& limits) : inner_(inner), most_(limits.bytes)
{
    why_ = "it unpacks to more than " + std::to_string(limits.bytes) + " bytes";
    const auto byRatio = packedBytes > std::numeric_limits<std::int64_t>::max() / limits.ratio
                             ? limits.bytes
                             : std::max(limits.ratioFreeBytes, packedBytes * limits.ratio);
    if (byRatio >= most_) return;
    most_ = byRatio;
    why_ = "it unpacks to more than " + std::to_string(limits.ratio) + " times its size";
}

std::string_view Meter::next()
{
    const auto block = inner_.next();
    const auto last = block.find_last_not_of('\0');
    if (last != std::string_view::npos) endOfNonZero_ = bytes_ + static_cast<std::int64_t>(last) + 1;
    bytes_ += static_cast<std::int64_t>(block.size());
    if (bytes_ > most_) throw Refusal(why_);
    return block;
}

} // namespace baton::stage
