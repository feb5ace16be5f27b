#include "tests/store/Trace.h"

#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>

namespace fs = std::filesystem;

namespace baton::testing {
namespace {

constexpr std::string_view Unfinished = " <unfinished ...>";
constexpr std::string_view Resumed = " resumed>";

// Where the argument that begins at `at` ends: at a comma or a parenthesis that is in no quotes and no brackets.
std::size_t endOfWord(std::string_view text, std::size_t at)
{
    bool isQuoted = false;
    int depth = 0;
    for (; at < text.size(); ++at) {
        const char one = text[at];
        if (one == '"') isQuoted = !isQuoted; // With -xx no quote stands inside.
        if (isQuoted) continue;
        if (depth == 0 && (one == ',' || one == ')')) return at;
        if (one == '{' || one == '[' || one == '<' || one == '(') ++depth; // 4<…>(deleted)
        if (one == '}' || one == ']' || one == '>' || one == ')') --depth;
    }
    return at;
}

// "name(word, word) = 3<…>"
std::optional<TracedCall> parseCall(std::string_view line)
{
    TracedCall call;
    auto at = line.find('(');
    if (at == std::string_view::npos) return std::nullopt;
    call.name = line.substr(0, at);
    while (at < line.size() && line[at] != ')') {
        at = line.find_first_not_of(' ', at + 1);
        if (at == std::string_view::npos) return std::nullopt;
        const auto end = endOfWord(line, at);
        call.words.emplace_back(line.substr(at, end - at));
        at = end;
    }
    const auto equals = line.find("= ", at);
    if (equals == std::string_view::npos || line[equals + 2] == '?') return std::nullopt;
    call.result = std::strtoll(std::string(line.substr(equals + 2, 24)).c_str(), nullptr, 0);
    return call.result < 0 ? std::nullopt : std::optional(std::move(call));
}

// With -xx each byte of a string is \xHH; what is between < and > is so, too, or stands as it is.
std::string unescaped(std::string_view text)
{
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at, 2) != "\\x") {
            bytes += text[at];
            continue;
        }
        bytes += static_cast<char>(std::strtol(std::string(text.substr(at + 2, 2)).c_str(), nullptr, 16));
        at += 3;
    }
    return bytes;
}

std::string between(std::string_view word, char begin, char end)
{
    const auto from = word.find(begin);
    const auto to = word.rfind(end);
    if (from == std::string_view::npos || to <= from) return {};
    return unescaped(word.substr(from + 1, to - from - 1));
}

std::string textIn(std::string_view word) { return between(word, '"', '"'); }
// Nothing of one that has no name any more.
fs::path fileOf(std::string_view descriptor)
{
    return descriptor.ends_with("(deleted)") ? std::string() : between(descriptor, '<', '>');
}

mode_t modeIn(std::string_view word) { return static_cast<mode_t>(std::strtol(std::string(word).c_str(), nullptr, 8)); }

mode_t ownMask()
{
    const auto mask = ::umask(0);
    ::umask(mask);
    return mask;
}

struct Place {
    std::size_t directory;
    std::string name;
};

// Follows names alone, as the processes did: nothing of it lies on the disk any more.
class Follower {
public:
    Follower(const fs::path& top, const Disk& before, const std::map<std::string, std::string>& promises)
        : top_(top),
          disk_(before),
          promises_(promises)
    {
    }

    void follow(const TracedCall& call)
    {
        using Handler = void (Follower::*)(const TracedCall&);
        static const std::map<std::string, Handler> Handlers{
            {"open", &Follower::open},           {"openat", &Follower::open},
            {"openat2", &Follower::open},        {"creat", &Follower::refuse},
            {"write", &Follower::write},         {"pwrite64", &Follower::write},
            {"lseek", &Follower::seek},          {"ftruncate", &Follower::cut},
            {"fchmod", &Follower::mode},         {"chmod", &Follower::mode},
            {"fchmodat", &Follower::mode},       {"fallocate", &Follower::reserve},
            {"fsync", &Follower::sync},          {"fdatasync", &Follower::sync},
            {"rename", &Follower::rename},       {"renameat", &Follower::rename},
            {"renameat2", &Follower::rename},    {"unlink", &Follower::remove},
            {"unlinkat", &Follower::remove},     {"rmdir", &Follower::remove},
            {"mkdir", &Follower::makeDirectory}, {"mkdirat", &Follower::makeDirectory},
            {"symlink", &Follower::makeLink},    {"symlinkat", &Follower::makeLink},
        };
        const auto known = Handlers.find(call.name);
        (this->*(known == Handlers.end() ? &Follower::refuse : known->second))(call);
    }

    std::vector<Step> steps;

private:
    // The path that the words from `first` on name: a directory's descriptor and a name, or a name alone.
    static fs::path pathAt(const TracedCall& call, std::size_t first)
    {
        const auto& word = call.words.at(first);
        if (word.starts_with('"')) return textIn(word);
        return fileOf(word) / textIn(call.words.at(first + 1));
    }
    static std::size_t behindPath(const TracedCall& call, std::size_t first)
    {
        return first + (call.words.at(first).starts_with('"') ? 1 : 2);
    }

    std::optional<std::size_t> nodeAt(const fs::path& path) const
    {
        const auto inside = path.lexically_normal().lexically_relative(top_);
        if (inside.empty() || *inside.begin() == "..") return std::nullopt;
        std::size_t node = 0;
        for (const auto& name : inside) {
            if (name == "." || name.empty()) continue;
            const auto found = disk_[node].entries.find(name.string());
            if (found == disk_[node].entries.end()) return std::nullopt;
            node = found->second;
        }
        return node;
    }
    std::optional<Place> placeAt(const fs::path& path) const
    {
        const auto directory = nodeAt(path.parent_path());
        return directory ? std::optional(Place{*directory, path.filename().string()}) : std::nullopt;
    }
    std::optional<std::size_t> nodeOf(const std::string& descriptor) const { return nodeAt(fileOf(descriptor)); }

    void make(const fs::path& path, Node node)
    {
        const auto place = placeAt(path);
        if (!place) return;
        const auto number = disk_.size();
        disk_.push_back(node);
        disk_[place->directory].entries[place->name] = number;
        Step step{Change::Make, number, place->directory, place->name};
        step.made = std::move(node);
        steps.push_back(std::move(step));
    }

    void open(const TracedCall& call)
    {
        const auto path = pathAt(call, 0);
        if (!placeAt(path)) return;
        const auto& flags = call.words.at(behindPath(call, 0));
        const auto node = nodeAt(path);
        if (!node && flags.find("O_CREAT") != std::string::npos) {
            const auto inBraces = flags.find("mode=");
            const auto mode =
                inBraces == std::string::npos ? modeIn(call.words.back()) : modeIn(flags.substr(inBraces + 5));
            make(path, {Kind::File, static_cast<mode_t>(mode & ~mask_)});
        } else if (node && flags.find("O_TRUNC") != std::string::npos) {
            steps.push_back({Change::Cut, *node});
        }
        if (const auto opened = nodeAt(path); opened && flags.find("O_RDONLY") == std::string::npos) at_[*opened] = 0;
    }

    void write(const TracedCall& call)
    {
        auto bytes = textIn(call.words.at(1)).substr(0, static_cast<std::size_t>(call.result));
        const auto node = nodeOf(call.words.at(0));
        if (!node) {
            for (const auto& [said, promised] : promises_)
                if (bytes.find(said) != std::string::npos) promise(promised);
            return;
        }
        const bool isPlaced = call.name == "pwrite64";
        Step step{Change::Write, *node};
        step.offset = isPlaced ? std::stoll(call.words.at(3)) : at_[*node];
        if (!isPlaced) at_[*node] += call.result;
        step.bytes = std::move(bytes);
        steps.push_back(std::move(step));
    }
    void promise(const std::string& what)
    {
        Step step;
        step.bytes = what;
        steps.push_back(std::move(step));
    }

    void seek(const TracedCall& call)
    {
        if (const auto node = nodeOf(call.words.at(0))) at_[*node] = call.result;
    }
    void cut(const TracedCall& call)
    {
        const auto node = nodeOf(call.words.at(0));
        if (!node) return;
        Step step{Change::Cut, *node};
        step.offset = std::stoll(call.words.at(1));
        steps.push_back(std::move(step));
    }
    void mode(const TracedCall& call)
    {
        const bool isOpen = call.name == "fchmod";
        const auto node = isOpen ? nodeOf(call.words.at(0)) : nodeAt(pathAt(call, 0));
        if (!node) return;
        Step step{Change::Mode, *node};
        step.mode = modeIn(call.words.at(isOpen ? 1 : behindPath(call, 0)));
        steps.push_back(std::move(step));
    }
    void sync(const TracedCall& call)
    {
        if (const auto node = nodeOf(call.words.at(0))) steps.push_back({Change::Sync, *node});
    }

    void rename(const TracedCall& call)
    {
        const auto second = behindPath(call, 0);
        const auto from = pathAt(call, 0);
        const auto to = pathAt(call, second);
        const auto source = placeAt(from);
        const auto target = placeAt(to);
        const auto node = nodeAt(from);
        if (!source && !target) return;
        if (!source || !target || !node || call.words.back() == "RENAME_EXCHANGE") refuse(call);
        disk_[source->directory].entries.erase(source->name);
        disk_[target->directory].entries[target->name] = *node;
        steps.push_back({Change::Rename, *node, source->directory, source->name, target->directory, target->name});
    }
    // What is no file, directory or link was never made here: sockets.
    void remove(const TracedCall& call)
    {
        const auto path = pathAt(call, 0);
        const auto place = placeAt(path);
        const auto node = nodeAt(path);
        if (!place || !node) return;
        disk_[place->directory].entries.erase(place->name);
        steps.push_back({Change::Remove, *node, place->directory, place->name});
    }
    void makeDirectory(const TracedCall& call)
    {
        make(pathAt(call, 0), {Kind::Directory, modeIn(call.words.back()) & ~mask_});
    }
    void makeLink(const TracedCall& call) { make(pathAt(call, 1), {Kind::Link, 0777, textIn(call.words.at(0))}); }

    // Room alone, which no reader sees.
    void reserve(const TracedCall& call)
    {
        if (call.words.at(1).find("KEEP_SIZE") == std::string::npos) refuse(call);
    }

    // A call that would have to be understood if it were about the directory.
    void refuse(const TracedCall& call)
    {
        for (const auto& word : call.words)
            if (nodeOf(word) || nodeAt(textIn(word)) || placeAt(textIn(word)))
                throw std::runtime_error("a system call that is not understood: " + call.name);
    }

    const fs::path& top_;
    Disk disk_;
    const std::map<std::string, std::string>& promises_;
    std::map<std::size_t, std::int64_t> at_; // where the next write into a node goes: each file has one writer
    mode_t mask_ = ownMask();
};

} // namespace

std::vector<TracedCall> parseTrace(std::string_view text)
{
    std::vector<TracedCall> calls;
    std::map<std::string, std::string> begun; // by thread
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto blank = line.find(' ');
        if (blank == std::string_view::npos) continue;
        const std::string thread(line.substr(0, blank));
        line.remove_prefix(std::min(line.find_first_not_of(' ', blank), line.size()));
        if (line.ends_with(Unfinished)) {
            begun[thread] = line.substr(0, line.size() - Unfinished.size());
            continue;
        }
        std::string whole(line);
        if (const auto again = line.find(Resumed); line.starts_with("<... ") && again != std::string_view::npos)
            whole = begun[thread] + std::string(line.substr(again + Resumed.size()));
        if (auto call = parseCall(whole)) calls.push_back(std::move(*call));
    }
    return calls;
}

const std::vector<std::string>& traceOptions()
{
    static constexpr const char* Calls =
        "trace=open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,lseek,truncate,ftruncate,fallocate,"
        "fchmod,chmod,fchmodat,fsync,fdatasync,syncfs,sync_file_range,rename,renameat,renameat2,unlink,unlinkat,rmdir,"
        "mkdir,mkdirat,symlink,symlinkat,link,linkat,copy_file_range,sendfile,splice";
    static const std::vector<std::string> Options{"-f", "-y", "-xx", "-s", "100000000", "-e", Calls};
    return Options;
}

std::vector<Step> stepsOf(const std::vector<TracedCall>& calls, const fs::path& top, const Disk& before,
                          const std::map<std::string, std::string>& promises)
{
    Follower follower(top, before, promises);
    for (const auto& call : calls) try {
            follower.follow(call);
        } catch (const std::out_of_range&) {
            std::string words;
            for (const auto& word : call.words) words += ' ' + word;
            throw std::runtime_error("a system call is cut short in the trace: " + call.name + words);
        }
    return std::move(follower.steps);
}

} // namespace baton::testing
