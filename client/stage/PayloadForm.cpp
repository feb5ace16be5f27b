#include "client/stage/PayloadForm.h"

#include <array>

namespace baton::stage {
namespace {

using namespace std::string_view_literals;

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
    Magic{257, "ustar"sv, {FormKind::Archive, Compression::None}},
};

} // namespace

PayloadForm formOf(std::string_view firstBytes)
{
    for (const auto& magic : Magics)
        if (firstBytes.size() >= magic.offset && firstBytes.substr(magic.offset).starts_with(magic.bytes))
            return magic.form;
    return {};
}

} // namespace baton::stage
