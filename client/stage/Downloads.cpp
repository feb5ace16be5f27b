#include "client/stage/Downloads.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/Refusal.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace baton::stage {

std::optional<os::UniqueFd> openDownload(const store::Store& store, const std::string& name, const std::string& what)
{
    const auto directory = os::open(store.downloads(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    os::UniqueFd file;
    try {
        file = os::openBeneath(directory.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (const std::system_error& error) {
        const int number = error.code().value();
        if (number == ENOENT) return std::nullopt;
        if (number == ELOOP || number == ENXIO) throw Refusal(what + " is no plain file in downloads/");
        throw;
    }
    struct stat status {};
    os::check(::fstat(file.get(), &status), "stat downloads/" + name);
    if (!S_ISREG(status.st_mode)) throw Refusal(what + " is no plain file in downloads/");
    if (status.st_nlink != 1) throw Refusal(what + " has a second name beside the one in downloads/");
    return file;
}

std::optional<std::string> readDownload(const store::Store& store, const std::string& name, std::size_t longest)
{
    const auto file = openDownload(store, name, name);
    if (!file) return std::nullopt;
    std::string text;
    std::array<char, 16384> block{};
    for (;;) {
        const auto length = ::read(file->get(), block.data(), block.size());
        if (length < 0 && errno == EINTR) continue;
        if (os::check(length, "read downloads/" + name) == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(length));
        if (text.size() > longest) throw Refusal("downloads/" + name + " is longer than anybody wants to read");
    }
}

} // namespace baton::stage
