#include "client/stage/Payload.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/Refusal.h"
#include "client/stage/TreeWriter.h"
#include "client/stage/Unpack.h"
#include "client/verify/CopyHashed.h"
#include "client/verify/Sha256.h"

#include <sys/stat.h>

#include <unistd.h>

#include <array>
#include <stdexcept>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;

PayloadForm formOfFile(int file)
{
    std::array<char, FormBytes> first{};
    const auto length = os::check(::pread(file, first.data(), first.size(), 0), "read a copied package");
    return formOf({first.data(), static_cast<std::size_t>(length)});
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

void demandExecutable(const PayloadForm& form)
{
    if (form.kind == FormKind::Executable) return;
    if (form.kind == FormKind::Archive || form.kind == FormKind::Foreign)
        throw Refusal("it is an archive or compressed, but the command does not name {release}, so a release is one "
                      "executable file");
    throw Refusal("it is neither an executable file (ELF or a script that begins with #!) nor an archive");
}

std::string placeOf(const store::StoredPackage& package)
{
    return package.app.empty() ? package.name : package.app + '/' + package.name;
}

} // namespace

Payloads::Payloads(const Settings& settings, fs::path stagingDirectory)
    : settings_(settings),
      directory_(std::move(stagingDirectory)),
      rules_(settings.limits)
{
}

void Payloads::take(int from, const std::string& fromName, const store::StoredPackage& promised)
{
    TreeWriter writer(directory_);
    auto path = ".payload-" + std::to_string(copies_.size());
    auto file = writer.makeFile(path, FileMode::Plain);
    demandPromised(verify::copyHashed(from, file.get(), promised.sizeBytes, fromName, writer.nameOf(path)), promised);
    const auto form = formOfFile(file.get());
    copies_.push_back({promised, std::move(file), std::move(path), form});
}

void Payloads::make(const store::StoredPackage& promised, const std::function<void(const delta::Sink&)>& make)
{
    TreeWriter writer(directory_);
    auto path = ".payload-" + std::to_string(copies_.size());
    auto file = writer.makeFile(path, FileMode::Plain);
    verify::Copied made;
    verify::Sha256 digest;
    make([&](std::string_view bytes) {
        os::writeAll(file.get(), bytes, writer.nameOf(path));
        digest.update(bytes);
        made.sizeBytes += static_cast<std::int64_t>(bytes.size());
    });
    made.sha256 = digest.finish();
    demandPromised(made, promised);
    const auto form = formOfFile(file.get());
    copies_.push_back({promised, std::move(file), std::move(path), form});
}

std::string Payloads::layOut() { return settings_.expected == Expected::Program ? layOutProgram() : layOutTree(); }

std::string Payloads::layOutProgram()
{
    if (!isPlainName(settings_.program))
        throw std::invalid_argument("the program's name in a release is no plain name: " + settings_.program);
    each([this](const Copy& copy) {
        const bool isProgram = &copy == &copies_.front();
        if (isProgram) demandExecutable(copy.form);
        keepAs(copy, isProgram ? settings_.program : placeOf(copy.package));
    });
    return settings_.program;
}

// Archives come last: by then no copy of ours has a name that one of them may want.
std::string Payloads::layOutTree()
{
    each([this](const Copy& copy) {
        if (copy.form.kind == FormKind::Foreign && copy.package.app.empty())
            throw Refusal(
                "it is packed as bzip2, lzip, lzop, lz4 or 7z; use tar, plain or compressed with gzip, xz or zstd");
        if (isUnpacked(copy))
            discard(copy);
        else
            keepAs(copy, placeOf(copy.package));
    });
    each([this](Copy& copy) {
        if (!isUnpacked(copy)) return;
        unpack({copy.file.get(), copy.package.sizeBytes, copy.form.compression}, directory_, settings_.limits, rules_);
        rules_.nextPackage();
        copy.file.reset(); // Gives its room back to the next one.
    });
    return {};
}

// Where there are several, a refusal says of which one it speaks.
void Payloads::each(const std::function<void(Copy&)>& action)
{
    for (auto& copy : copies_) {
        try {
            action(copy);
        } catch (const Refusal& refusal) {
            if (copies_.size() == 1) throw;
            throw Refusal(copy.package.name + ": " + refusal.what(), refusal.code());
        }
    }
}

bool Payloads::isUnpacked(const Copy& copy) const
{
    return settings_.expected == Expected::Tree && copy.form.kind == FormKind::Archive && copy.package.app.empty();
}

void Payloads::keepAs(const Copy& copy, const std::string& name)
{
    const bool executable = copy.form.kind == FormKind::Executable;
    const auto place = rules_.admit({EntryKind::File, name, {}, copy.package.sizeBytes, executable, false});
    rules_.nextPackage();
    TreeWriter writer(directory_);
    for (const auto& parent : place.missingParents) writer.makeDirectory(parent);
    const auto path = directory_ / place.path;
    os::check(::rename((directory_ / copy.path).c_str(), path.c_str()), "rename a package to " + path.string());
    os::check(::fchmod(copy.file.get(), executable ? 0755 : 0644), "set the mode of " + path.string());
}

void Payloads::discard(const Copy& copy) const
{
    const auto path = directory_ / copy.path;
    os::check(::unlink(path.c_str()), "remove " + path.string());
}

} // namespace baton::stage
