// Compressors that gather what they make.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bzlib.h>

#include <string>
#include <string_view>

namespace baton::delta {

/// bzip2 at its strongest, as bsdiff has it.
class BzCompressor {
public:
    BzCompressor();
    ~BzCompressor();
    BzCompressor(const BzCompressor&) = delete;
    BzCompressor& operator=(const BzCompressor&) = delete;

    void add(std::string_view bytes) { run(bytes, BZ_RUN); }

    /// All of it. Nothing may be added afterwards.
    std::string finish();

private:
    void run(std::string_view bytes, int action);

    bz_stream state_{};
    std::string made_;
};

/// One zstd frame, with its size in its header; of nothing it is nothing. `prefix`: what it leans on.
std::string zstdFrame(std::string_view bytes, int level, int windowLog, std::string_view prefix = {});

} // namespace baton::delta
