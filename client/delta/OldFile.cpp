#include "client/delta/OldFile.h"

#include "client/os/Errors.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace baton::delta {

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

void OldFile::read(std::int64_t offset, std::span<char> block) const
{
    while (!block.empty()) {
        const auto length = ::pread(fd_, block.data(), block.size(), offset);
        if (length < 0 && errno == EINTR) continue;
        if (os::check(length, "read " + name_) == 0) throw std::runtime_error(name_ + " became shorter");
        block = block.subspan(static_cast<std::size_t>(length));
        offset += length;
    }
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
