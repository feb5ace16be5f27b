// A version number as Omaha and semver write and order it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton {

/// One to four numbers, what is left out counting as zero, then semver's pre-release ("-rc.1", below the plain version)
/// and build ("+abc", ignored). `1.2 == 1.2.0.0`.  [Omaha 3.1, Version Numbers; semver 2.0.0, 11]
class Version {
public:
    /// Nothing for a text that has no order: other forms, numbers of 2^32 and above, more than 255 bytes.
    static std::optional<Version> parse(std::string_view text);

    friend std::strong_ordering operator<=>(const Version& a, const Version& b);
    friend bool operator==(const Version& a, const Version& b) { return (a <=> b) == 0; }

private:
    std::array<std::uint32_t, 4> parts_{};
    std::vector<std::string> preRelease_;
};

/// Whether a machine that runs `running` would take `offered` for its version: never one that has no order, anything
/// that has one where nothing runs yet (empty), nothing where what runs has none.
bool isNewer(const std::string& offered, const std::string& running);

} // namespace baton
