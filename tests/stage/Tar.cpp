#include "tests/stage/Tar.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace baton::stage {
namespace {

constexpr std::size_t BlockBytes = 512;

void put(std::string& block, std::size_t at, std::size_t room, const std::string& text)
{
    block.replace(at, std::min(room, text.size()), text.substr(0, room));
}

std::string octal(std::uint64_t number, int digits)
{
    std::string text(static_cast<std::size_t>(digits) + 1, '\0');
    std::snprintf(text.data(), text.size(), "%0*llo", digits, static_cast<unsigned long long>(number));
    text.resize(static_cast<std::size_t>(digits));
    return text;
}

using AddFilter = int (*)(archive*);

std::string compressed(const std::string& bytes, AddFilter addFilter)
{
    std::string out(bytes.size() + 1024 * 1024, '\0');
    std::size_t used = 0;
    const std::unique_ptr<archive, int (*)(archive*)> writer(archive_write_new(), archive_write_free);
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    const bool fine = archive_write_set_format_raw(writer.get()) == ARCHIVE_OK &&
                      addFilter(writer.get()) == ARCHIVE_OK &&
                      archive_write_set_bytes_in_last_block(writer.get(), 1) == ARCHIVE_OK &&
                      archive_write_open_memory(writer.get(), out.data(), out.size(), &used) == ARCHIVE_OK &&
                      archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK &&
                      archive_write_data(writer.get(), bytes.data(), bytes.size()) >= 0 &&
                      archive_write_close(writer.get()) == ARCHIVE_OK;
    if (!fine) throw std::runtime_error("the test cannot compress");
    out.resize(used);
    return out;
}

} // namespace

std::string withChecksum(std::string header)
{
    put(header, 148, 8, "        ");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    put(header, 148, 8, octal(sum, 6) + std::string("\0 ", 2));
    return header;
}

std::string tarBlock(const TarItem& item)
{
    std::string block(BlockBytes, '\0');
    put(block, 0, 100, item.name);
    put(block, 100, 8, octal(item.mode, 7));
    put(block, 108, 8, octal(0, 7));
    put(block, 116, 8, octal(0, 7));
    put(block, 124, 12,
        octal(static_cast<std::uint64_t>(item.size.value_or(static_cast<std::int64_t>(item.body.size()))), 11));
    put(block, 136, 12, octal(0, 11));
    block[156] = item.type;
    put(block, 157, 100, item.link);
    put(block, 257, 8, std::string("ustar\00000", 8));
    block = withChecksum(block);
    const auto padding = (BlockBytes - item.body.size() % BlockBytes) % BlockBytes;
    return block + item.body + std::string(padding, '\0');
}

std::string tar(const std::vector<TarItem>& items)
{
    std::string bytes;
    for (const auto& item : items) bytes += tarBlock(item);
    return bytes + std::string(2 * BlockBytes, '\0');
}

std::string paxRecord(const std::string& key, const std::string& value)
{
    const auto rest = key.size() + value.size() + 3; // A blank, "=", a newline.
    auto length = rest + 1;
    while (std::to_string(length).size() + rest != length) ++length;
    return std::to_string(length) + ' ' + key + '=' + value + '\n';
}

std::string gzipped(const std::string& bytes) { return compressed(bytes, archive_write_add_filter_gzip); }
std::string zstded(const std::string& bytes) { return compressed(bytes, archive_write_add_filter_zstd); }
std::string xzed(const std::string& bytes) { return compressed(bytes, archive_write_add_filter_xz); }

} // namespace baton::stage
