// A package's bytes: copied to where only we can write, then laid out as a release.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "client/stage/Settings.h"
#include "client/store/Release.h"
#include "client/verify/CopyHashed.h"

#include <filesystem>
#include <string>

namespace baton::stage {

/// A copy in the staging directory, known by its descriptor; whoever wrote the original cannot change it any more.
struct PayloadCopy {
    os::UniqueFd file;
    verify::Copied copied;
};

PayloadCopy copyPayload(int from, std::int64_t promisedBytes, const std::string& fromName,
                        const std::filesystem::path& stagingDirectory);

/// @throws Refusal with the protocol's code if the copy is not what was promised.
void demandPromised(const verify::Copied& copied, const store::StoredPackage& promised);

/// Makes the release of the verified copy: one executable file, an unpacked archive, or one file under `packageName`.
/// Returns the name of the one executable; empty for a tree.
std::string layOut(const PayloadCopy& copy, const std::string& packageName, const Settings& settings,
                   const std::filesystem::path& stagingDirectory);

} // namespace baton::stage
