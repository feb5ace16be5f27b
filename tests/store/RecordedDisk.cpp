#include "tests/store/RecordedDisk.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace fs = std::filesystem;

namespace baton::testing {
namespace {

std::string textOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(std::string& bytes, std::int64_t offset, std::string_view part)
{
    const auto at = static_cast<std::size_t>(offset);
    if (bytes.size() < at + part.size()) bytes.resize(at + part.size()); // What was never written reads as zeros.
    std::copy(part.begin(), part.end(), bytes.begin() + offset);
}

void apply(Disk& disk, const Step& step, RecordedDisk::Kept kept)
{
    auto& node = disk[step.node];
    auto& entries = disk[step.directory].entries;
    switch (step.change) {
    case Change::Make: entries[step.name] = step.node; break;
    case Change::Write: {
        const auto length = kept == RecordedDisk::Kept::All ? step.bytes.size() : step.bytes.size() / 2;
        write(node.bytes, step.offset, std::string_view(step.bytes).substr(0, length));
        break;
    }
    case Change::Cut: node.bytes.resize(static_cast<std::size_t>(step.offset)); break;
    case Change::Mode: node.mode = step.mode; break;
    case Change::Remove:
        if (const auto found = entries.find(step.name); found != entries.end() && found->second == step.node)
            entries.erase(found);
        break;
    case Change::Rename:
        if (const auto found = entries.find(step.name); found != entries.end() && found->second == step.node)
            entries.erase(found);
        disk[step.toDirectory].entries[step.toName] = step.node;
        break;
    case Change::Sync:
    case Change::Promise: break;
    }
}

void print(const Disk& disk, std::size_t number, const std::string& path, std::string& text)
{
    const auto& node = disk[number];
    text += path + '\0' + std::to_string(node.mode) + '\0' + node.bytes + '\0';
    for (const auto& [name, child] : node.entries) print(disk, child, path + '/' + name, text);
}

void layOut(const Disk& disk, std::size_t number, const fs::path& path)
{
    const auto& node = disk[number];
    if (node.kind == Kind::Link) return fs::create_symlink(node.bytes, path);
    if (node.kind == Kind::File) std::ofstream(path, std::ios::binary) << node.bytes;
    if (node.kind == Kind::Directory) fs::create_directory(path);
    for (const auto& [name, child] : node.entries) layOut(disk, child, path / name);
    ::chmod(path.c_str(), node.mode);
}

} // namespace

std::size_t take(Disk& disk, std::map<FileId, std::size_t>& nodes, const fs::path& path)
{
    struct stat status {};
    ::lstat(path.c_str(), &status);
    const auto number = disk.size();
    nodes[{status.st_dev, status.st_ino}] = number;
    disk.push_back({Kind::File, status.st_mode & 07777U});
    if (S_ISLNK(status.st_mode)) {
        disk[number].kind = Kind::Link;
        disk[number].bytes = fs::read_symlink(path).string();
    } else if (S_ISDIR(status.st_mode)) {
        disk[number].kind = Kind::Directory;
        for (const auto& entry : fs::directory_iterator(path)) {
            const auto child = take(disk, nodes, entry.path());
            disk[number].entries[entry.path().filename().string()] = child;
        }
    } else {
        disk[number].bytes = textOf(path);
    }
    return number;
}

std::string print(const Step& step)
{
    switch (step.change) {
    case Change::Make: return "make " + step.name;
    case Change::Write:
        return "write " + std::to_string(step.bytes.size()) + " bytes into node " + std::to_string(step.node);
    case Change::Cut: return "cut node " + std::to_string(step.node);
    case Change::Mode: return "set the mode of node " + std::to_string(step.node);
    case Change::Remove: return "remove " + step.name;
    case Change::Rename: return "rename " + step.name + " to " + step.toName;
    case Change::Sync: return "sync node " + std::to_string(step.node);
    case Change::Promise: return "promise: " + step.bytes;
    }
    return {};
}

RecordedDisk::RecordedDisk(Disk before, std::vector<Step> steps) : before_(std::move(before)), steps_(std::move(steps))
{
}

void RecordedDisk::promise(const std::string& what)
{
    Step step;
    step.bytes = what;
    steps_.push_back(std::move(step));
}

bool RecordedDisk::isDurable(std::size_t index, std::size_t count) const
{
    const auto& step = steps_[index];
    const auto isSynced = [&](std::size_t node) {
        return std::any_of(steps_.begin() + static_cast<std::ptrdiff_t>(index),
                           steps_.begin() + static_cast<std::ptrdiff_t>(count),
                           [&](const auto& later) { return later.change == Change::Sync && later.node == node; });
    };
    switch (step.change) {
    case Change::Write:
    case Change::Cut:
    case Change::Mode: return isSynced(step.node);
    case Change::Make:
    case Change::Remove: return isSynced(step.directory);
    case Change::Rename: return isSynced(step.directory) && isSynced(step.toDirectory);
    case Change::Sync:
    case Change::Promise: return true;
    }
    return true;
}

std::vector<std::size_t> RecordedDisk::pendingAt(std::size_t count) const
{
    std::vector<std::size_t> pending;
    for (std::size_t i = 0; i < count; ++i)
        if (!isDurable(i, count)) pending.push_back(i);
    return pending;
}

Disk RecordedDisk::after(std::size_t count, const std::function<Kept(std::size_t)>& keep) const
{
    auto disk = before_;
    for (const auto& step : steps_)
        if (step.change == Change::Make) {
            disk.resize(std::max(disk.size(), step.node + 1));
            disk[step.node] = step.made;
        }
    for (std::size_t i = 0; i < count; ++i) {
        const auto kept = isDurable(i, count) ? Kept::All : keep(i);
        if (kept != Kept::Nothing) apply(disk, steps_[i], kept);
    }
    return disk;
}

void layOut(const Disk& disk, const fs::path& top)
{
    for (const auto& [name, child] : disk.front().entries) layOut(disk, child, top / name);
}

std::string fingerprint(const Disk& disk)
{
    std::string text;
    print(disk, 0, "", text);
    return text;
}

} // namespace baton::testing