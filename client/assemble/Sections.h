// [program NAME] of a configuration file: which options a section may hold, and which only stand in one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Layers.h"

#include <map>
#include <string>
#include <string_view>

namespace baton::assemble {

/// What each section says, by the programs' names, and so in their order.
using Sections = std::map<std::string, Layer>;

/// "program.NAME.OPTION" is the option of a section, in each form of file.
inline constexpr std::string_view SectionPrefix = "program.";

/// Whether a program may be called so: 1-32 of [A-Za-z0-9_-], no leading dash. It names a directory.
bool isProgramName(std::string_view text);

/// Puts the value of a key that begins with SectionPrefix in.  @throws UsageError when the key, the name or the value
/// is none, or belongs to the whole Baton
void addToSection(Sections& sections, const std::string& key, const std::string& text, const std::string& origin);

/// @throws UsageError if `layer`, which is for all programs, says what each program has for itself
void refuseForAll(const Layer& layer, const Sections& sections);

/// Whether what is said outside the sections holds for each program.
bool holdsForAll(const Option& option);

} // namespace baton::assemble
