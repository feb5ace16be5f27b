#include "client/assemble/PackageFile.h"

#include "client/assemble/UsageError.h"
#include "client/os/Files.h"
#include "client/verify/CopyHashed.h"

#include <fcntl.h>

#include <filesystem>
#include <system_error>

namespace baton::assemble {

verify::SignedPackage packageOf(const std::string& file)
try {
    const auto opened = os::open(file, O_RDONLY);
    const auto hashed = verify::hash(opened.get(), verify::LargestPackage, file);
    return {std::filesystem::path(file).filename().string(), hashed.sizeBytes, hashed.sha256};
} catch (const std::system_error& error) {
    throw UsageError(error.what(), exitcode::NoInput);
}

} // namespace baton::assemble
