// What a compressed part of a patch unpacks to, a piece at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Section.h"

#include <bzlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// zstd's own name for it, so that nobody who includes this needs its header.
struct ZSTD_DCtx_s;

namespace baton::delta {

/// One of a patch's streams; `what` is its name in sentences.
class Stream {
public:
    explicit Stream(std::string what) : what_(std::move(what)) {}
    virtual ~Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// Fills as much of `block` as there is: less than all of it only at the end.  @throws BadPatch
    virtual std::size_t read(std::span<char> block) = 0;

    /// @throws BadPatch if there is less
    void readAll(std::span<char> block);

    /// @throws BadPatch if there is more, or if the compressed bytes do not end here
    void demandEnd();

protected:
    [[noreturn]] void refuse(const std::string& why) const;

private:
    std::string what_;
};

/// One bzip2 stream that fills its section.
class BzStream : public Stream {
public:
    BzStream(std::string what, Section section);
    ~BzStream() override;
    BzStream(const BzStream&) = delete;
    BzStream& operator=(const BzStream&) = delete;

    std::size_t read(std::span<char> block) override;

private:
    Section section_;
    bz_stream state_{};
    bool ended_ = false;
};

/// The limits of a ZstdStream: what its window may be, and whether several frames may follow each other.
struct ZstdTerms {
    int windowLog = 0;
    bool severalFrames = false;
    std::string_view prefix{};   ///< what every frame leans on
    std::int64_t sizeBytes = -1; ///< what the one frame must say that it holds, if it says so; -1: anything
};

/// zstd frames that fill their section; nothing at all is an empty stream. Never takes what a frame's header asks for
/// before it has looked at it.
class ZstdStream : public Stream {
public:
    ZstdStream(std::string what, Section section, const ZstdTerms& terms);
    ~ZstdStream() override;
    ZstdStream(const ZstdStream&) = delete;
    ZstdStream& operator=(const ZstdStream&) = delete;

    std::size_t read(std::span<char> block) override;

private:
    bool refill();
    void beginFrame();
    void demandNextFrame();

    Section section_;
    ZstdTerms terms_;
    ZSTD_DCtx_s* context_;
    std::string pending_; ///< read from the section and not unpacked yet; from at_ on
    std::size_t at_ = 0;
    bool inFrame_ = false;
    std::int64_t frames_ = 0;
};

} // namespace baton::delta
