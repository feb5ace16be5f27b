#include "client/verify/CopyHashed.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/verify/Sha256.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace baton::verify {
namespace {

constexpr std::size_t BlockBytes = 256 * 1024;

std::string_view readBlock(int fd, std::vector<char>& block, std::size_t longest, const std::string& name)
{
    for (;;) {
        const auto length = ::read(fd, block.data(), std::min(longest, block.size()));
        if (length < 0 && errno == EINTR) continue;
        return {block.data(), static_cast<std::size_t>(os::check(length, "read " + name))};
    }
}

// Hashes all blocks up to one byte beyond the promise and hands each one on.
template <typename Sink>
Copied pour(int from, std::int64_t promisedBytes, const std::string& fromName, Sink sink)
{
    if (promisedBytes < 0 || promisedBytes == std::numeric_limits<std::int64_t>::max())
        throw std::invalid_argument("read " + fromName + ": the promised size is out of range");
    Sha256 digest;
    Copied copied;
    std::vector<char> block(BlockBytes);
    while (copied.sizeBytes <= promisedBytes) {
        const auto left = static_cast<std::size_t>(promisedBytes + 1 - copied.sizeBytes);
        const auto bytes = readBlock(from, block, left, fromName);
        if (bytes.empty()) break;
        digest.update(bytes);
        sink(bytes);
        copied.sizeBytes += static_cast<std::int64_t>(bytes.size());
    }
    copied.sha256 = digest.finish();
    return copied;
}

} // namespace

Copied copyHashed(int from, int to, std::int64_t promisedBytes, const std::string& fromName, const std::string& toName)
{
    return pour(from, promisedBytes, fromName, [&](std::string_view bytes) { os::writeAll(to, bytes, toName); });
}

Copied hash(int from, std::int64_t promisedBytes, const std::string& fromName)
{
    return pour(from, promisedBytes, fromName, [](std::string_view) {});
}

} // namespace baton::verify
