#include "client/os/SealedFile.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace baton::os {
namespace {

constexpr int Seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

} // namespace

UniqueFd sealedFile(const char* name, std::string_view bytes)
{
    UniqueFd file(check(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), "make a memfd"));
    writeAll(file.get(), bytes, name);
    check(::fcntl(file.get(), F_ADD_SEALS, Seals), std::string("seal ") + name);
    return file;
}

std::string readSealed(int descriptor, std::size_t longest)
{
    std::string text;
    std::array<char, 4096> block{};
    while (text.size() <= longest) {
        // With an offset of its own: several processes share one open file, and with read(2) the second would find its
        // end.
        const auto count = check(::pread(descriptor, block.data(), block.size(), static_cast<off_t>(text.size())),
                                 "read what was handed over");
        if (count == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(count));
    }
    throw std::runtime_error("what was handed over is longer than " + std::to_string(longest) + " bytes");
}

} // namespace baton::os
