// The one tar of a tree: what a release of many files is to a patch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Rebuild.h"

#include <filesystem>
#include <string>

namespace baton::delta {

/// Hands on the tar of what is below `top`, `leftOut` at its top left out. The same tree makes the same bytes
/// everywhere: POSIX ustar, names within a directory in the order of their bytes, a directory before what is in it,
/// modes 0755 and 0644 (links 0755), no owner, no time, padded to 10,240 bytes; what ustar cannot say stands in a pax
/// header. GNU tar makes the same of a tree without long names:
///     LC_ALL=C tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=u=rwX,go=rX
/// @throws std::system_error, and std::runtime_error for what is neither file, directory nor link
void writeCanonicalTar(const std::filesystem::path& top, const std::string& leftOut, const Sink& sink);

} // namespace baton::delta
