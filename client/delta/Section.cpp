#include "client/delta/Section.h"

#include "client/delta/BadPatch.h"
#include "client/os/Errors.h"

#include <sys/stat.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace baton::delta {
namespace {

constexpr std::int64_t BlockBytes = 64 * 1024;

std::size_t readAt(int fd, std::int64_t offset, char* to, std::size_t length)
{
    for (;;) {
        const auto read = ::pread(fd, to, length, offset);
        if (read < 0 && errno == EINTR) continue;
        return static_cast<std::size_t>(os::check(read, "read the patch"));
    }
}

} // namespace

Section::Section(int fd, std::int64_t begin, std::int64_t end)
    : fd_(fd),
      at_(begin),
      end_(end),
      block_(static_cast<std::size_t>(std::min(BlockBytes, end - begin)))
{
}

std::string_view Section::next()
{
    const auto wanted = std::min(static_cast<std::int64_t>(block_.size()), end_ - at_);
    if (wanted == 0) return {};
    const auto length = readAt(fd_, at_, block_.data(), static_cast<std::size_t>(wanted));
    if (length == 0) throw BadPatch("the patch became shorter while it was read");
    at_ += static_cast<std::int64_t>(length);
    return {block_.data(), length};
}

std::int64_t patchSize(int fd)
{
    struct stat status {};
    os::check(::fstat(fd, &status), "stat the patch");
    if (!S_ISREG(status.st_mode)) throw BadPatch("the patch is no plain file");
    return status.st_size;
}

std::string patchHead(int fd, std::size_t length)
{
    std::string head(length, '\0');
    std::size_t had = 0;
    while (had < length) {
        const auto read = readAt(fd, static_cast<std::int64_t>(had), head.data() + had, length - had);
        if (read == 0) break;
        had += read;
    }
    head.resize(had);
    return head;
}

} // namespace baton::delta
