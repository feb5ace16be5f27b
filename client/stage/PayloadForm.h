// What a payload is, told by its first bytes and never by its name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace baton::stage {

enum class Compression { None, Gzip, Xz, Zstd };

enum class FormKind {
    Executable, ///< ELF, or a script that begins with "#!"
    Archive,    ///< tar, or compressed and thus believed to be tar
    Foreign,    ///< packed in a way that Baton does not unpack
    File        ///< anything else
};

struct PayloadForm {
    FormKind kind = FormKind::File;
    Compression compression = Compression::None;

    friend bool operator==(const PayloadForm&, const PayloadForm&) = default;
};

/// How many bytes formOf() wants to see: the header of a tar archive.
inline constexpr std::size_t FormBytes = 512;

PayloadForm formOf(std::string_view firstBytes);

} // namespace baton::stage
