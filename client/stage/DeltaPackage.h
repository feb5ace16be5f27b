// A package that comes as a delta: made again of what is installed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Rebuild.h"
#include "client/store/Attempt.h"
#include "client/store/Store.h"

#include <filesystem>
#include <stdexcept>

namespace baton::stage {

/// Why a delta cannot be used. It says nothing of the release: the full package may still be right.
class DeltaUnusable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Makes the package's bytes of its patch and hands them on. The old package's digest is asked for before; judging what
/// is made is the caller's.
/// @throws DeltaUnusable, std::system_error
void applyDelta(const store::Store& store, const store::AttemptPackage& package, int patch,
                const std::filesystem::path& scratch, const delta::Sink& sink);

/// Whether the package is the canonical tar of what it was unpacked to.
bool isCanonicalTar(const std::filesystem::path& tree, const store::StoredPackage& package);

} // namespace baton::stage
