// Archives made byte by byte, so that they can be wrong in every way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::stage {

/// One header of 512 bytes, and its body padded to blocks.
struct TarItem {
    std::string name;
    std::string body{};
    char type =
        '0'; ///< '0' file, '1' hard link, '2' symbolic link, '3' device, '5' directory, '6' pipe, 'x' pax, 'S' sparse
    std::string link{};
    unsigned mode = 0644;
    std::optional<std::int64_t> size{}; ///< what the header says, if not the body's
};

/// The header with the sum over it set right.
std::string withChecksum(std::string header);

std::string tarBlock(const TarItem& item);

/// The items, then the two blocks of zeros.
std::string tar(const std::vector<TarItem>& items);

/// "LENGTH key=value\n", to be the body of an item of type 'x'.
std::string paxRecord(const std::string& key, const std::string& value);

std::string gzipped(const std::string& bytes);
std::string zstded(const std::string& bytes);
std::string xzed(const std::string& bytes);

} // namespace baton::stage
