#include "client/transport/NamedFile.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace baton::transport {

os::UniqueFd openNamed(const std::filesystem::path& file) { return os::open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY); }

std::string readUpTo(int fd, std::size_t longest, const std::filesystem::path& file)
{
    std::string text;
    std::array<char, 4096> block{};
    while (text.size() < longest) {
        const auto count = ::read(fd, block.data(), std::min(block.size(), longest - text.size()));
        if (count < 0 && errno == EINTR) continue;
        if (os::check(count, "read " + file.string()) == 0) break;
        text.append(block.data(), static_cast<std::size_t>(count));
    }
    return text;
}

} // namespace baton::transport
