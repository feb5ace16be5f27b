#include "client/store/Base.h"

#include <system_error>

namespace baton::store {
namespace {

std::optional<Base> baseIn(const std::filesystem::path& directory, const Release& release, const StoredPackage& package)
{
    if (release.canonical && release.packages.size() == 1) return Base{directory, true};
    const bool isProgram = &package == &release.packages.front() && !release.program.empty();
    auto path = directory / package.app / (isProgram ? release.program : package.name);
    std::error_code none;
    // What was unpacked and let go is not there.
    if (std::filesystem::symlink_status(path, none).type() != std::filesystem::file_type::regular) return std::nullopt;
    return Base{std::move(path), false};
}

} // namespace

std::optional<Base> baseOf(const Store& store, const std::vector<Release>& installed, const std::string& sha256)
{
    for (const auto& release : installed)
        for (const auto& package : release.packages) {
            if (package.sha256 != sha256) continue;
            if (auto base = baseIn(store.releaseDirectory(release.key), release, package)) return base;
        }
    return std::nullopt;
}

} // namespace baton::store
