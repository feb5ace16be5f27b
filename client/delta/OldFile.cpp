#include "client/delta/OldFile.h"

#include "client/os/Errors.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace baton::delta {
namespace {

// After so many bytes the pages that were read are let go: a file of a gigabyte must not stay in memory.
constexpr std::int64_t MostReadBytes = 8 * 1024 * 1024;

} // namespace

OldFile::OldFile(int fd, std::string name) : fd_(fd), name_(std::move(name))
{
    struct stat status {};
    os::check(::fstat(fd_, &status), "stat " + name_);
    if (!S_ISREG(status.st_mode)) throw std::runtime_error(name_ + " is no plain file");
    sizeBytes_ = status.st_size;
}

OldFile::~OldFile()
{
    if (mapped_ != nullptr) ::munmap(mapped_, static_cast<std::size_t>(sizeBytes_));
}

// From the mapping: most of bsdiff's copies are a few bytes somewhere else, and a call of the kernel for each costs
// more than the copy. The pages come back from the page cache when they are looked at again.
void OldFile::read(std::int64_t offset, std::span<char> block) const
{
    const auto from = bytes().substr(static_cast<std::size_t>(offset), block.size());
    std::copy(from.begin(), from.end(), block.begin());
    readBytes_ += static_cast<std::int64_t>(block.size());
    if (readBytes_ < MostReadBytes) return;
    ::madvise(mapped_, static_cast<std::size_t>(sizeBytes_), MADV_DONTNEED);
    readBytes_ = 0;
}

std::string_view OldFile::bytes() const
{
    if (sizeBytes_ == 0) return {};
    const auto size = static_cast<std::size_t>(sizeBytes_);
    if (mapped_ == nullptr) {
        void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd_, 0);
        if (mapped == MAP_FAILED) os::fail("map " + name_);
        mapped_ = mapped;
    }
    return {static_cast<const char*>(mapped_), size};
}

} // namespace baton::delta
