#include "client/os/Connections.h"

#include "client/core/Text.h"
#include "client/os/Files.h"

#include <sys/stat.h>

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

std::string readTable(const fs::path& path, std::size_t longest = Longest)
try {
    return readWhole(path, longest).value_or(std::string());
} catch (const std::exception&) { // It is gone, or the machine has no IPv6.
    return {};
}

// Words of a line for TCP.
enum : std::size_t { Local = 1, Remote = 2, State = 3, Inode = 9, LeastWords = 10 };
constexpr std::string_view Listening = "0A";

std::string_view portOf(std::string_view address) { return address.substr(address.rfind(':') + 1); }

// Those of one address; of an address of all zeros, all at that port.
bool isAt(std::string_view local, std::string_view listener)
{
    const auto host = listener.substr(0, listener.rfind(':'));
    return host.find_first_not_of('0') == host.npos ? portOf(local) == portOf(listener) : local == listener;
}

// What nobody has accepted belongs to no file: its inode is 0. A client that has left already waits all the same.
bool waits(const std::vector<std::string_view>& words)
{
    return words[Inode] == "0" && (words[State] == "01" || words[State] == "08");
}

std::string inodeOf(int socket)
{
    struct stat about {};
    return ::fstat(socket, &about) == 0 && S_ISSOCK(about.st_mode) ? std::to_string(about.st_ino) : std::string();
}

// The kernel names listeners first.
std::optional<std::set<std::string>> clientsIn(const std::string& table, const std::string& inode)
{
    std::string listener;
    std::set<std::string> found;
    for (const auto line : split(table, '\n')) {
        const auto words = wordsOf(line);
        if (words.size() < LeastWords) continue;
        if (words[State] == Listening && words[Inode] == inode) listener = words[Local];
        if (!listener.empty() && waits(words) && isAt(words[Local], listener)) found.emplace(words[Remote]);
    }
    return listener.empty() ? std::nullopt : std::optional(found);
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

std::optional<std::set<std::string>> clientsWaiting(int listener)
{
    constexpr std::size_t MostToRead = 8 * 1024 * 1024; // some 50,000 connections: it is read while others wait for us
    const auto inode = inodeOf(listener);
    if (inode.empty()) return std::nullopt;
    for (const auto* name : {"tcp", "tcp6"})
        if (auto found = clientsIn(readTable(fs::path("/proc/self/net") / name, MostToRead), inode)) return found;
    return std::nullopt;
}

} // namespace baton::os
