#include "client/stage/TakeIn.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/DeltaPackage.h"
#include "client/stage/Payload.h"
#include "client/stage/Refusal.h"
#include "client/stage/SourceTree.h"
#include "client/stage/StagingArea.h"
#include "client/verify/CopyHashed.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;

// What the walk would copy into itself.
bool holds(const fs::path& directory, const fs::path& inner)
{
    const auto outer = fs::weakly_canonical(directory);
    const auto below = fs::weakly_canonical(inner);
    return std::mismatch(outer.begin(), outer.end(), below.begin(), below.end()).first == outer.end();
}

std::string packageNameOf(const fs::path& source)
{
    auto path = fs::absolute(source).lexically_normal();
    if (!path.has_filename()) path = path.parent_path(); // "dir/" and "dir" are the same place.
    const auto name = path.filename().string();
    return isPlainName(name) ? name : "initial";
}

class Taker {
public:
    Taker(const store::Store& store, fs::path source, const Settings& settings)
        : store_(store),
          source_(std::move(source)),
          settings_(settings)
    {
    }

    store::Release take(const std::string& version, Log& log);

private:
    store::StoredPackage describe(const os::UniqueFd& source, const struct stat& status) const;
    std::string lay(const os::UniqueFd& source, const store::StoredPackage& package, const fs::path& directory) const;

    const store::Store& store_;
    fs::path source_;
    const Settings& settings_;
    bool isDirectory_ = false;
};

store::StoredPackage Taker::describe(const os::UniqueFd& source, const struct stat& status) const
{
    if (isDirectory_) {
        if (settings_.expected == Expected::Program)
            throw Refusal("it is a directory, but the command does not name {release}");
        if (holds(source_, store_.root())) throw Refusal("it holds the state directory " + store_.root().string());
        const auto listing = listTree(source_, settings_.limits, nullptr);
        return {packageNameOf(source_), listing.sizeBytes, listing.sha256};
    }
    if (!S_ISREG(status.st_mode)) throw Refusal("it is neither a file nor a directory");
    if (status.st_size == 0) throw Refusal("it is empty");
    const auto hashed = verify::hash(source.get(), status.st_size, source_.string());
    if (hashed.sizeBytes != status.st_size) throw Refusal("it changed while it was read; try again");
    return {packageNameOf(source_), hashed.sizeBytes, hashed.sha256};
}

std::string Taker::lay(const os::UniqueFd& source, const store::StoredPackage& package, const fs::path& directory) const
{
    if (isDirectory_) {
        TreeWriter writer(directory);
        const auto listing = listTree(source_, settings_.limits, &writer);
        if (listing.sha256 != package.sha256) throw Refusal("it changed while it was read; try again");
        return {};
    }
    os::check(::lseek(source.get(), 0, SEEK_SET), "seek in " + source_.string());
    Payloads payloads(settings_, directory);
    payloads.take(source.get(), source_.string(), package);
    return payloads.layOut();
}

store::Release Taker::take(const std::string& version, Log& log)
{
    const auto source = os::open(source_, O_RDONLY | O_NONBLOCK);
    struct stat status {};
    os::check(::fstat(source.get(), &status), "stat " + source_.string());
    isDirectory_ = S_ISDIR(status.st_mode);

    const auto package = describe(source, status);
    const store::ReleaseKey key{version, package.sha256};
    if (auto installed = store_.loadRelease(key)) return *std::move(installed);

    log.info("taking in " + source_.string() + " as the release " + version);
    StagingArea area(store_, key);
    store::Release release{key, {package}, lay(source, package, area.path())};
    release.canonical = settings_.expected == Expected::Tree && !isDirectory_ && isCanonicalTar(area.path(), package);
    area.seal(release);
    store_.install(key);
    return release;
}

} // namespace

store::Release takeIn(const store::Store& store, const fs::path& source, const std::string& version,
                      const Settings& settings, Log& log)
{
    if (!isVersionText(version)) throw Refusal("\"" + escaped(version) + "\" cannot be a version");
    try {
        return Taker(store, source, settings).take(version, log);
    } catch (const Refusal& refusal) {
        throw Refusal(source.string() + " cannot be the release " + version + ": " + refusal.what(), refusal.code());
    }
}

} // namespace baton::stage
