// How the store's values are read from JSON: every member is asked for by name and type, and an error names it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Release.h"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace baton::store {

using Json = nlohmann::ordered_json;

/// @throws std::runtime_error "WHAT is damaged: REASON".
Json parseObject(const std::string& text, const char* what);

const Json& member(const Json& object, const char* name);
std::string text(const Json& object, const char* name);
std::int64_t number(const Json& object, const char* name);
/// False where it is missing: an older version did not know it.
bool flag(const Json& object, const char* name);
int smallNumber(const Json& object, const char* name);

Json toJson(const ReleaseKey& key);
/// Version and digest are checked: both become a path.
ReleaseKey keyFrom(const Json& object);

/// Checked, since it becomes a file's name.
std::string plainName(const Json& object, const char* name);

Json toJson(const StoredApp& app);
StoredApp appFrom(const Json& object);

Json toJson(const StoredPackage& package);
StoredPackage packageFrom(const Json& object);

/// The words of an enumeration, in its order.
template <typename Enum, std::size_t N>
Enum enumFrom(const Json& object, const char* member, const std::array<std::string_view, N>& words)
{
    const auto word = text(object, member);
    for (std::size_t i = 0; i < N; ++i)
        if (words[i] == word) return static_cast<Enum>(i);
    throw std::runtime_error(std::string(member) + " has the unknown value " + word);
}

} // namespace baton::store
