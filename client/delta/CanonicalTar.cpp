#include "client/delta/CanonicalTar.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

namespace baton::delta {
namespace {

constexpr std::size_t BlockBytes = 512;
constexpr std::int64_t RecordBytes = 10'240;
constexpr std::size_t ReadBytes = std::size_t{256} * 1024;
constexpr std::size_t LongestName = 100;
constexpr std::size_t LongestPrefix = 155;
constexpr std::int64_t LargestOctal = 077777777777; // Eleven digits.

struct Entry {
    char type = '0'; ///< 0 file, 5 directory, 2 link, x pax header
    std::string path;
    std::string target;
    std::int64_t sizeBytes = 0;
    unsigned mode = 0;
};

// A header's fields.  [POSIX.1, pax, ustar Interchange Format]
class Header {
public:
    void put(std::size_t at, std::string_view text) { std::copy(text.begin(), text.end(), block_.begin() + at); }

    void putOctal(std::size_t at, int digits, std::int64_t number)
    {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%0*llo", digits, static_cast<unsigned long long>(number));
        put(at, {text.data(), static_cast<std::size_t>(digits)});
    }

    std::string_view finish()
    {
        put(148, "        "); // Its own sum is counted as blanks.
        unsigned sum = 0;
        for (const char byte : block_) sum += static_cast<unsigned char>(byte);
        putOctal(148, 6, sum);
        block_[154] = '\0';
        return {block_.data(), block_.size()};
    }

private:
    std::array<char, BlockBytes> block_{};
};

// Where a path is cut into prefix and name; npos if it is short enough, 0 if there is no such place.
std::size_t cutOf(const std::string& path)
{
    if (path.size() <= LongestName) return std::string::npos;
    const auto first = path.size() - 1 > LongestName ? path.size() - 1 - LongestName : 0;
    // The last slash is a directory's own.
    const auto last = path.rfind('/', std::min(path.size() - 2, LongestPrefix));
    return last == std::string::npos || last < first || last == 0 ? 0 : last;
}

std::string paxRecord(const std::string& key, const std::string& value)
{
    const auto rest = ' ' + key + '=' + value + '\n';
    auto length = rest.size() + 1;
    while (std::to_string(length).size() + rest.size() != length) length = std::to_string(length).size() + rest.size();
    return std::to_string(length) + rest;
}

class Writer {
public:
    explicit Writer(const Sink& sink) : sink_(sink), block_(ReadBytes) {}

    void directory(const os::UniqueFd& directory, const std::string& prefix, const std::string& leftOut)
    {
        for (const auto& name : namesIn(directory, prefix))
            if (name != leftOut) entry(directory, name, prefix + name);
    }

    void finish()
    {
        put(std::string(2 * BlockBytes, '\0'));
        put(std::string(static_cast<std::size_t>((RecordBytes - written_ % RecordBytes) % RecordBytes), '\0'));
    }

private:
    static std::vector<std::string> namesIn(const os::UniqueFd& directory, const std::string& prefix)
    {
        auto again = os::openBeneath(directory.get(), ".", O_RDONLY | O_DIRECTORY);
        const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(again.get()), ::closedir);
        if (!stream) os::fail("read the directory " + prefix);
        [[maybe_unused]] const int owned = again.release();
        std::vector<std::string> names;
        for (errno = 0; const auto* found = ::readdir(stream.get()); errno = 0) {
            const std::string name(static_cast<const char*>(found->d_name));
            if (name != "." && name != "..") names.push_back(name);
        }
        if (errno != 0) os::fail("read the directory " + prefix);
        std::sort(names.begin(), names.end());
        return names;
    }

    void entry(const os::UniqueFd& directory, const std::string& name, const std::string& path)
    {
        struct stat status {};
        os::check(::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat " + path);
        if (S_ISLNK(status.st_mode)) return header({'2', path, targetOf(directory, name), 0, 0755});
        if (S_ISDIR(status.st_mode)) {
            header({'5', path + '/', {}, 0, 0755});
            return this->directory(os::openBeneath(directory.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
                                   path + '/', {});
        }
        if (!S_ISREG(status.st_mode)) throw std::runtime_error(path + " is neither a file, a directory nor a link");
        const auto file = os::openBeneath(directory.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        header({'0', path, {}, status.st_size, (status.st_mode & S_IXUSR) != 0 ? 0755U : 0644U});
        content(file, path, status.st_size);
    }

    static std::string targetOf(const os::UniqueFd& directory, const std::string& name)
    {
        std::array<char, PATH_MAX> target{};
        const auto length = os::check(::readlinkat(directory.get(), name.c_str(), target.data(), target.size()),
                                      "read the link " + name);
        return {target.data(), static_cast<std::size_t>(length)};
    }

    void content(const os::UniqueFd& file, const std::string& path, std::int64_t sizeBytes)
    {
        for (std::int64_t left = sizeBytes; left > 0;) {
            const auto most = std::min(left, static_cast<std::int64_t>(block_.size()));
            const auto length = ::read(file.get(), block_.data(), static_cast<std::size_t>(most));
            if (length < 0 && errno == EINTR) continue;
            if (os::check(length, "read " + path) == 0) throw std::runtime_error(path + " became shorter");
            put({block_.data(), static_cast<std::size_t>(length)});
            left -= length;
        }
        pad(sizeBytes);
    }

    void pad(std::int64_t sizeBytes)
    {
        const auto over = static_cast<std::size_t>(sizeBytes) % BlockBytes;
        if (over != 0) put(std::string(BlockBytes - over, '\0'));
    }

    // What does not fit is said before it, and cut.
    void header(const Entry& entry)
    {
        std::string records;
        if (cutOf(entry.path) == 0) records += paxRecord("path", entry.path);
        if (entry.target.size() > LongestName) records += paxRecord("linkpath", entry.target);
        if (entry.sizeBytes > LargestOctal) records += paxRecord("size", std::to_string(entry.sizeBytes));
        if (!records.empty()) {
            plainHeader({'x', "pax", {}, static_cast<std::int64_t>(records.size()), 0644});
            put(records);
            pad(static_cast<std::int64_t>(records.size()));
        }
        plainHeader(entry);
    }

    void plainHeader(const Entry& entry)
    {
        Header header;
        const auto cut = cutOf(entry.path);
        if (cut == std::string::npos || cut == 0) {
            header.put(0, std::string_view(entry.path).substr(0, LongestName));
        } else {
            header.put(0, std::string_view(entry.path).substr(cut + 1));
            header.put(345, std::string_view(entry.path).substr(0, cut));
        }
        header.putOctal(100, 7, entry.mode);
        for (const std::size_t owner : {108U, 116U, 329U, 337U}) header.putOctal(owner, 7, 0); // And device numbers.
        header.putOctal(124, 11, entry.sizeBytes > LargestOctal ? 0 : entry.sizeBytes);
        header.putOctal(136, 11, 0);
        header.put(156, std::string_view(&entry.type, 1));
        header.put(157, std::string_view(entry.target).substr(0, LongestName));
        header.put(257, std::string_view("ustar\0"
                                         "00",
                                         8));
        put(header.finish());
    }

    void put(std::string_view bytes)
    {
        if (bytes.empty()) return;
        sink_(bytes);
        written_ += static_cast<std::int64_t>(bytes.size());
    }

    const Sink& sink_;
    std::vector<char> block_;
    std::int64_t written_ = 0;
};

} // namespace

void writeCanonicalTar(const std::filesystem::path& top, const std::string& leftOut, const Sink& sink)
{
    Writer writer(sink);
    writer.directory(os::open(top, O_RDONLY | O_DIRECTORY), "", leftOut);
    writer.finish();
}

} // namespace baton::delta
