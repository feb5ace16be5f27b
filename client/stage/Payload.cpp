#include "client/stage/Payload.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/PayloadForm.h"
#include "client/stage/Refusal.h"
#include "client/stage/TreeWriter.h"
#include "client/stage/Unpack.h"

#include <sys/stat.h>

#include <unistd.h>

#include <array>
#include <stdexcept>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;

constexpr const char* CopyName = ".payload";

PayloadForm formOf(const PayloadCopy& copy)
{
    std::array<char, FormBytes> first{};
    const auto length = os::check(::pread(copy.file.get(), first.data(), first.size(), 0), "read the copied payload");
    return stage::formOf({first.data(), static_cast<std::size_t>(length)});
}

void demandExecutable(const PayloadForm& form)
{
    if (form.kind == FormKind::Executable) return;
    if (form.kind == FormKind::Archive || form.kind == FormKind::Foreign)
        throw Refusal("it is an archive or compressed, but the command does not name {release}, so a release is one "
                      "executable file");
    throw Refusal("it is neither an executable file (ELF or a script that begins with #!) nor an archive");
}

void keepAs(const PayloadCopy& copy, const std::string& name, FileMode mode, const fs::path& directory)
{
    const auto path = directory / name;
    os::check(::rename((directory / CopyName).c_str(), path.c_str()), "rename the payload to " + path.string());
    os::check(::fchmod(copy.file.get(), mode == FileMode::Executable ? 0755 : 0644),
              "set the mode of " + path.string());
}

} // namespace

PayloadCopy copyPayload(int from, std::int64_t promisedBytes, const std::string& fromName, const fs::path& directory)
{
    TreeWriter writer(directory);
    PayloadCopy copy{writer.makeFile(CopyName, FileMode::Plain), {}};
    copy.copied = verify::copyHashed(from, copy.file.get(), promisedBytes, fromName, writer.nameOf(CopyName));
    return copy;
}

void demandPromised(const verify::Copied& copied, const store::StoredPackage& promised)
{
    if (copied.sizeBytes > promised.sizeBytes)
        throw Refusal(promised.name + " is longer than the promised " + std::to_string(promised.sizeBytes) + " bytes",
                      code::SizeMismatch);
    if (copied.sizeBytes < promised.sizeBytes)
        throw Refusal(promised.name + " has " + std::to_string(copied.sizeBytes) + " bytes instead of the promised " +
                          std::to_string(promised.sizeBytes),
                      code::SizeMismatch);
    if (copied.sha256 != promised.sha256)
        throw Refusal(promised.name + " has the SHA-256 " + copied.sha256 + " instead of the promised " +
                          promised.sha256,
                      code::HashMismatch);
}

std::string layOut(const PayloadCopy& copy, const std::string& packageName, const Settings& settings,
                   const fs::path& directory)
{
    const auto form = formOf(copy);
    if (settings.expected == Expected::Program) {
        if (!isPlainName(settings.program))
            throw std::invalid_argument("the program's name in a release is no plain name: " + settings.program);
        demandExecutable(form);
        keepAs(copy, settings.program, FileMode::Executable, directory);
        return settings.program;
    }
    if (form.kind == FormKind::Foreign)
        throw Refusal(
            "it is packed as bzip2, lzip, lzop, lz4 or 7z; use tar, plain or compressed with gzip, xz or zstd");
    if (form.kind == FormKind::Archive) {
        // First: it takes no name that the archive may want, and nobody has to sync it.
        os::check(::unlink((directory / CopyName).c_str()), "remove the copied payload");
        unpack({copy.file.get(), copy.copied.sizeBytes, form.compression}, directory, settings.limits);
    } else {
        keepAs(copy, packageName, form.kind == FormKind::Executable ? FileMode::Executable : FileMode::Plain,
               directory);
    }
    return {};
}

} // namespace baton::stage
