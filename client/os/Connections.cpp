#include "client/os/Connections.h"

#include "client/core/Text.h"
#include "client/os/Files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace baton::os {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t Longest = 64 * 1024 * 1024; // of one table: some 400,000 connections

// A table of /proc/PID/net: which words of its lines have the state and the inode. An accepted unix socket has its
// listener's path; one that somebody connected has none.
struct Table {
    const char* name;
    std::size_t state;
    std::size_t inode;
    std::string_view connected;
    std::size_t leastWords;
};
constexpr std::array Tables{Table{"tcp", 3, 9, "01", 10}, Table{"tcp6", 3, 9, "01", 10}, Table{"unix", 5, 6, "03", 8}};

std::set<std::string> socketsOf(const fs::path& process)
{
    std::set<std::string> inodes;
    std::error_code error;
    for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end; entry.increment(error)) {
        std::error_code gone;
        const auto target = fs::read_symlink(entry->path(), gone).string(); // socket:[4711]
        if (target.starts_with("socket:[")) inodes.insert(target.substr(8, target.size() - 9));
    }
    return inodes;
}

std::vector<std::string_view> wordsOf(std::string_view line)
{
    auto words = split(line, ' ');
    std::erase(words, std::string_view());
    return words;
}

std::string readTable(const fs::path& path)
try {
    return readWhole(path, Longest).value_or(std::string());
} catch (const std::exception&) { // It is gone, or the machine has no IPv6.
    return {};
}

} // namespace

std::size_t connectionsOf(pid_t pid)
{
    const auto process = fs::path("/proc") / std::to_string(pid);
    const auto sockets = socketsOf(process);
    std::size_t count = 0;
    for (const auto& table : Tables) {
        const auto text = readTable(process / "net" / table.name);
        for (const auto line : split(text, '\n')) {
            const auto words = wordsOf(line);
            if (words.size() >= table.leastWords && words[table.state] == table.connected &&
                sockets.count(std::string(words[table.inode])) != 0)
                ++count;
        }
    }
    return count;
}

} // namespace baton::os
