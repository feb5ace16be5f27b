#include "client/stage/DeltaPackage.h"

#include "client/delta/Apply.h"
#include "client/delta/CanonicalTar.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/store/Base.h"
#include "client/verify/Sha256.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <system_error>
#include <vector>

namespace baton::stage {
namespace {

constexpr std::int64_t TarRecord = 10'240;

struct OldPackage {
    os::UniqueFd file;
    std::string sha256;
};

OldPackage oldFile(const std::filesystem::path& path)
{
    OldPackage old{os::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), {}};
    const delta::OldFile file(old.file.get(), path.string());
    verify::Sha256 digest;
    std::vector<char> block(std::size_t{256} * 1024);
    for (std::int64_t at = 0; at < file.sizeBytes();) {
        const auto length = std::min(static_cast<std::int64_t>(block.size()), file.sizeBytes() - at);
        const std::span<char> part(block.data(), static_cast<std::size_t>(length));
        file.read(at, part);
        digest.update({part.data(), part.size()});
        at += length;
    }
    old.sha256 = digest.finish();
    return old;
}

// In a file that has no name any more: it goes with its descriptor.
OldPackage oldTree(const std::filesystem::path& top, const std::filesystem::path& scratch)
{
    const auto path = scratch / ".old-tar";
    OldPackage old{os::open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW), {}};
    os::check(::unlink(path.c_str()), "remove " + path.string());
    verify::Sha256 digest;
    delta::writeCanonicalTar(top, store::ReleaseFileName, [&](std::string_view bytes) {
        digest.update(bytes);
        os::writeAll(old.file.get(), bytes, path);
    });
    old.sha256 = digest.finish();
    return old;
}

OldPackage oldPackage(const store::Store& store, const std::string& from, const std::filesystem::path& scratch)
{
    const auto base = store::baseOf(store, store.installed(), from);
    if (!base) throw DeltaUnusable("the old package " + from.substr(0, 12) + "… is not installed here");
    auto old = base->isTree ? oldTree(base->path, scratch) : oldFile(base->path);
    if (old.sha256 != from)
        throw DeltaUnusable(base->path.string() + " was altered: its SHA-256 is " + old.sha256 + " instead of " + from);
    return old;
}

} // namespace

void applyDelta(const store::Store& store, const store::AttemptPackage& package, int patch,
                const std::filesystem::path& scratch, const delta::Sink& sink)
try {
    const auto old = oldPackage(store, package.delta->from, scratch);
    delta::apply(delta::algorithmOfPatch(patch), delta::OldFile(old.file.get(), "the old package"), patch,
                 package.sizeBytes, sink);
} catch (const std::system_error&) {
    throw; // The machine's trouble: tried again.
} catch (const std::runtime_error& unusable) {
    throw DeltaUnusable(unusable.what());
}

bool isCanonicalTar(const std::filesystem::path& tree, const store::StoredPackage& package)
{
    if (package.sizeBytes % TarRecord != 0) return false; // Compressed, most likely.
    verify::Sha256 digest;
    delta::writeCanonicalTar(tree, store::ReleaseFileName, [&](std::string_view bytes) { digest.update(bytes); });
    return digest.finish() == package.sha256;
}

} // namespace baton::stage
