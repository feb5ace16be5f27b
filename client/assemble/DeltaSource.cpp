#include "client/assemble/DeltaSource.h"

#include "client/assemble/UsageError.h"
#include "client/delta/CanonicalTar.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/PayloadForm.h"
#include "client/stage/Refusal.h"
#include "client/stage/Unpack.h"
#include "client/verify/CopyHashed.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <system_error>

namespace baton::assemble {
namespace {

namespace fs = std::filesystem;

// A directory of its own that goes with it.
class Scratch {
public:
    Scratch()
    {
        std::string name = (fs::temp_directory_path() / "baton-diff-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) os::fail("make a directory as " + name);
        path_ = name;
    }
    ~Scratch()
    {
        std::error_code nobodyToTell;
        fs::remove_all(path_, nobodyToTell);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

os::UniqueFd tarOf(const fs::path& top, const fs::path& scratch)
{
    const auto path = scratch / "tar";
    auto file = os::open(path, O_RDWR | O_CREAT | O_EXCL);
    delta::writeCanonicalTar(top, {}, [&](std::string_view bytes) { os::writeAll(file.get(), bytes, path); });
    return file;
}

stage::PayloadForm formOf(int fd, const fs::path& path)
{
    std::array<char, stage::FormBytes> first{};
    const auto length = os::check(::pread(fd, first.data(), first.size(), 0), "read " + path.string());
    return stage::formOf({first.data(), static_cast<std::size_t>(length)});
}

// As the stager does it: what it would refuse is refused here, too.
os::UniqueFd tarOfArchive(int fd, std::int64_t sizeBytes, stage::Compression compression)
{
    const Scratch scratch;
    const auto tree = scratch.path() / "tree";
    os::makeDirectory(tree);
    stage::unpack({fd, sizeBytes, compression}, tree, stage::Limits());
    return tarOf(tree, scratch.path());
}

} // namespace

DeltaSource::DeltaSource(const fs::path& path, Archives archives)
try {
    fd_ = os::open(path, O_RDONLY);
    struct stat status {};
    os::check(::fstat(fd_.get(), &status), "stat " + path.string());
    if (S_ISDIR(status.st_mode)) {
        const Scratch scratch;
        fd_ = tarOf(path, scratch.path());
        isTree_ = true;
    } else if (const auto form = formOf(fd_.get(), path);
               archives == Archives::AsTrees && form.kind == stage::FormKind::Archive) {
        fd_ = tarOfArchive(fd_.get(), status.st_size, form.compression);
        isTree_ = true;
    }
    file_ = std::make_unique<delta::OldFile>(fd_.get(), path.string());
    os::check(::lseek(fd_.get(), 0, SEEK_SET), "seek in " + path.string());
    sha256_ = verify::hash(fd_.get(), file_->sizeBytes(), path.string()).sha256;
} catch (const stage::Refusal& refusal) {
    throw UsageError(path.string() + " cannot be a release: " + refusal.what(), exitcode::Data);
} catch (const std::system_error& error) {
    throw UsageError(error.what(), exitcode::NoInput);
}

} // namespace baton::assemble
