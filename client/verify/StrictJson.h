// JSON from strangers: one meaning for every reader, little depth, and every member asked for by name and type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::verify {

using Json = nlohmann::ordered_json;

/// An object, not deeper than 16, no member twice, no NUL in a text.
/// @throws std::runtime_error "WHAT …" saying what is wrong.
Json parseStrictly(std::string_view text, const std::string& what);

/// All of these throw std::runtime_error "NAME is missing", "NAME is no text", ….
const Json& member(const Json& object, const char* name);
std::string text(const Json& object, const char* name);
std::string optionalText(const Json& object, const char* name); ///< empty if it is not there
std::int64_t number(const Json& object, const char* name, std::int64_t least, std::int64_t most);
const Json& list(const Json& object, const char* name, std::size_t most);
std::vector<std::string> optionalTexts(const Json& object, const char* name, std::size_t most);
WallTime time(const Json& object, const char* name);
std::optional<WallTime> optionalTime(const Json& object, const char* name);
std::string sha256(const Json& object, const char* name);
std::string version(const Json& object, const char* name);

} // namespace baton::verify
