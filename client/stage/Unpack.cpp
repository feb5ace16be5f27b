#include "client/stage/Unpack.h"

#include "client/os/Files.h"
#include "client/stage/ByteSource.h"
#include "client/stage/EntryRules.h"
#include "client/stage/Refusal.h"
#include "client/stage/TarReader.h"
#include "client/stage/TreeWriter.h"

#include <optional>

namespace baton::stage {
namespace {

void writeFile(TarReader& reader, const Entry& entry, TreeWriter& writer, const std::string& path)
{
    const auto file = writer.makeFile(path, entry.executable ? FileMode::Executable : FileMode::Plain);
    reader.readData(entry, [&](std::string_view bytes) { os::writeAll(file.get(), bytes, writer.nameOf(path)); });
}

void takeEntry(TarReader& reader, const Entry& entry, EntryRules& rules, TreeWriter& writer)
{
    const auto place = rules.admit(entry);
    for (const auto& parent : place.missingParents) writer.makeDirectory(parent);
    if (entry.kind == EntryKind::File) return writeFile(reader, entry, writer, place.path);

    if (entry.kind == EntryKind::Link) writer.makeLink(place.path, entry.target);
    if (entry.kind == EntryKind::Directory && !place.path.empty() && !place.standsAlready)
        writer.makeDirectory(place.path);
    reader.readData(entry, [](std::string_view) {}); // Neither has any; the reader refuses what has.
}

} // namespace

void unpack(const PackedFile& packed, const std::filesystem::path& directory, const Limits& limits)
{
    EntryRules rules(limits);
    unpack(packed, directory, limits, rules);
}

void unpack(const PackedFile& packed, const std::filesystem::path& directory, const Limits& limits, EntryRules& rules)
{
    FileSource file(packed.fd, "the payload");
    std::optional<Decompressor> decompressor;
    if (packed.compression != Compression::None) decompressor.emplace(file, packed.sizeBytes, packed.compression);
    Meter meter(decompressor ? static_cast<ByteSource&>(*decompressor) : file, packed.sizeBytes, limits);

    TarReader reader(meter);
    TreeWriter writer(directory);
    while (const auto entry = reader.next()) takeEntry(reader, *entry, rules, writer);
    if (!rules.hasFiles()) throw Refusal("it is an archive without a single file");
}

} // namespace baton::stage
