#include "client/delta/Algorithm.h"

namespace baton::delta {
namespace {

struct Row {
    Algorithm algorithm;
    std::string_view name;
    std::string_view magic;
};

constexpr std::array Rows{Row{Algorithm::Bsdiff40, "bsdiff40", Bsdiff40Magic}, Row{Algorithm::Zstd, "zstd", ZstdMagic},
                          Row{Algorithm::BsdiffZstd, "bsdiff-zstd", BsdiffZstdMagic}};

} // namespace

std::string_view nameOf(Algorithm algorithm) { return Rows.at(static_cast<std::size_t>(algorithm)).name; }

std::optional<Algorithm> algorithmNamed(std::string_view name)
{
    for (const auto& row : Rows)
        if (row.name == name) return row.algorithm;
    return std::nullopt;
}

std::optional<Algorithm> algorithmOf(std::string_view firstBytes)
{
    for (const auto& row : Rows)
        if (firstBytes.starts_with(row.magic)) return row.algorithm;
    return std::nullopt;
}

} // namespace baton::delta
