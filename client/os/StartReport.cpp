#include "client/os/StartReport.h"

#include "client/os/Errors.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace baton::os {
namespace {

constexpr char BeforeCode = '\0';

} // namespace

void reportText(int fd, std::string_view text)
{
    [[maybe_unused]] const auto written = ::write(fd, text.data(), text.size());
}

void reportCode(int fd, int code)
{
    const std::array word{BeforeCode, static_cast<char>(code)};
    reportText(fd, {word.data(), word.size()});
}

int awaitReport(int fd)
{
    std::array<char, 1024> block{};
    bool isCode = false;
    for (;;) {
        const auto count = ::read(fd, block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return -1;
        const auto* const end = block.data() + count;
        const auto* at = block.data();
        if (!isCode) {
            at = std::find(block.data(), block.data() + count, BeforeCode);
            reportText(STDERR_FILENO, {block.data(), static_cast<std::size_t>(at - block.data())});
            if (at == end) continue;
            isCode = true;
            ++at;
        }
        if (at != end) return static_cast<unsigned char>(*at);
    }
}

} // namespace baton::os
