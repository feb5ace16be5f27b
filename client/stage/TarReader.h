// A tar archive as entries; one that is cut, damaged or has something behind its end is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stage/ArchiveHandle.h"
#include "client/stage/ByteSource.h"
#include "client/stage/Entry.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace baton::stage {

/// While one lives, the calling thread's LC_CTYPE is UTF-8: libarchive refuses names that the locale cannot hold.
class Utf8Locale {
public:
    Utf8Locale();
    ~Utf8Locale();
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

private:
    locale_t mine_;
    locale_t before_;
};

/// All throw Refusal for what is wrong with the archive.
class TarReader {
public:
    explicit TarReader(Meter& source);

    /// Nothing at the archive's proper end, after which only zeros came. Of the entry before it, all data must have
    /// been read.
    std::optional<Entry> next();

    /// Hands all of the current entry's data to `sink`, in order and without holes.
    void readData(const Entry& entry, const std::function<void(std::string_view)>& sink);

private:
    void checkEnd();

    Utf8Locale locale_;
    Meter& source_;
    ArchiveHandle archive_;
    std::int64_t endOfEntry_ = 0;
};

} // namespace baton::stage
