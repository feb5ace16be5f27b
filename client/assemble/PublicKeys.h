// The keys that --public-key names: files, and directories of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Values.h"
#include "client/verify/PublicKey.h"

#include <string>
#include <vector>

namespace baton::assemble {

/// All of them, each once; none where none was named. Of a directory the files that end in .pem or .pub.
/// @throws UsageError: 66 for what cannot be read, 65 for what holds no such keys.
std::vector<verify::PublicKey> publicKeysOf(const Values& values);

/// The keys that this program was built with, or else those of --public-key.
/// @throws UsageError if there are both: who built them in wants no others.
std::vector<verify::PublicKey> trustedKeys(const Values& values);

/// As one PEM text, for whoever reads them from there again.
std::string pemOf(const std::vector<verify::PublicKey>& keys);

} // namespace baton::assemble
