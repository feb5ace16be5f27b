#include "client/stage/PayloadForm.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace baton::stage {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t ChecksumAt = 148;
constexpr std::size_t ChecksumBytes = 8;

struct Magic {
    std::size_t offset;
    std::string_view bytes;
    PayloadForm form;
};

constexpr std::array Magics{
    Magic{0,
          "\x7F"
          "ELF"sv,
          {FormKind::Executable, Compression::None}},
    Magic{0, "#!"sv, {FormKind::Executable, Compression::None}},
    Magic{0, "\x1F\x8B"sv, {FormKind::Archive, Compression::Gzip}},
    Magic{0,
          "\xFD"
          "7zXZ\0"sv,
          {FormKind::Archive, Compression::Xz}},
    Magic{0, "\x28\xB5\x2F\xFD"sv, {FormKind::Archive, Compression::Zstd}},
    Magic{0, "BZh"sv, {FormKind::Foreign, Compression::None}},
    Magic{0, "LZIP"sv, {FormKind::Foreign, Compression::None}},
    Magic{0,
          "\x89"
          "LZO\0"sv,
          {FormKind::Foreign, Compression::None}},
    Magic{0, "\x04\x22\x4D\x18"sv, {FormKind::Foreign, Compression::None}}, // lz4
    Magic{0, "7z\xBC\xAF\x27\x1C"sv, {FormKind::Foreign, Compression::None}},
    Magic{257, "ustar"sv, {FormKind::Archive, Compression::None}},
};

// The oldest form of tar has no magic, but the sum over its header, in octal.
bool hasTarChecksum(std::string_view header)
{
    if (header.size() < FormBytes) return false;
    unsigned said = 0;
    const auto field = header.substr(ChecksumAt, ChecksumBytes);
    const auto digits = field.substr(std::min(field.find_first_not_of(' '), field.size()));
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), said, 8);
    if (error != std::errc{} || rest == digits.data() + digits.size()) return false; // It ends with a zero or a blank.
    unsigned sum = 0;
    for (std::size_t i = 0; i < FormBytes; ++i)
        sum += i - ChecksumAt < ChecksumBytes ? ' ' : static_cast<unsigned char>(header[i]);
    return sum == said;
}

} // namespace

PayloadForm formOf(std::string_view firstBytes)
{
    for (const auto& magic : Magics)
        if (firstBytes.size() >= magic.offset && firstBytes.substr(magic.offset).starts_with(magic.bytes))
            return magic.form;
    return hasTarChecksum(firstBytes) ? PayloadForm{FormKind::Archive, Compression::None} : PayloadForm{};
}

} // namespace baton::stage
