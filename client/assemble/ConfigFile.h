// Reads a configuration file in one of Poco's forms.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <string>

namespace baton::assemble {

/// .properties, .ini, .xml or .json, by the name's end. A repeated XML element or a JSON array is a repeated key.
/// @throws UsageError: 66 if it cannot be read, 64 if it is none of these or damaged.
ConfigEntries readConfigFile(const std::string& path);

} // namespace baton::assemble
