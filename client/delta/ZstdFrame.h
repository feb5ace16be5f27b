// What the header of a zstd frame says, read before anybody obeys it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace baton::delta {

inline constexpr std::size_t LongestFrameHeader = 18;

struct ZstdFrame {
    std::uint64_t windowBytes = 0;
    std::optional<std::uint64_t> contentBytes;
    std::uint32_t dictionary = 0; ///< 0: none is named

    friend bool operator==(const ZstdFrame&, const ZstdFrame&) = default;
};

/// Of its first bytes, LongestFrameHeader or all there are; nothing if no frame begins so (a skippable one neither).
/// [RFC 8878, 3.1.1]
std::optional<ZstdFrame> readZstdFrame(std::string_view bytes);

} // namespace baton::delta
