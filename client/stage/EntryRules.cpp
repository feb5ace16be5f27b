#include "client/stage/EntryRules.h"

#include "client/core/Text.h"
#include "client/stage/Refusal.h"
#include "client/store/Release.h"

#include <utility>

namespace baton::stage {
namespace {

constexpr std::size_t LongestName = 255;
constexpr std::size_t LongestPath = 1024;
constexpr std::size_t Deepest = 32;

[[noreturn]] void refuse(const Entry& entry, const std::string& why)
{
    throw Refusal("the entry " + escaped(entry.path, 120) + ' ' + why);
}

void checkText(const Entry& entry, std::string_view text, const std::string& what)
{
    if (text.empty()) refuse(entry, "has no " + what);
    if (text.size() > LongestPath) refuse(entry, "has a " + what + " of more than 1024 bytes");
    if (!isUtf8(text)) refuse(entry, "has a " + what + " that is not UTF-8");
    if (hasControls(text)) refuse(entry, "has a control character in its " + what);
    if (text.front() == '/') refuse(entry, "has an absolute " + what + "; it must be relative");
}

void checkKind(const Entry& entry)
{
    if (entry.kind == EntryKind::HardLink)
        refuse(entry, "is a hard link to " + escaped(entry.target, 120) + "; pack with --hard-dereference");
    if (entry.kind == EntryKind::Other)
        refuse(entry,
               "is a device, a pipe or a socket; only files, directories and symbolic links may be in a release");
    if (entry.sparse) refuse(entry, "is a sparse file; pack it whole");
    if (entry.sizeBytes < 0) refuse(entry, "has a negative size");
}

// The parts of a path without "" and ".", each one checked.
std::vector<std::string_view> partsOf(const Entry& entry)
{
    std::vector<std::string_view> parts;
    for (const auto part : split(entry.path, '/')) {
        if (part.empty() || part == ".") continue;
        if (part == "..") refuse(entry, "leads upward by \"..\"");
        if (part.size() > LongestName) refuse(entry, "has a name of more than 255 bytes");
        if (part.front() == '-') refuse(entry, "has a name that begins with a dash");
        parts.push_back(part);
    }
    if (parts.size() > Deepest) refuse(entry, "lies more than 32 directories deep");
    if (!parts.empty() && parts.front() == store::ReleaseFileName) refuse(entry, "has a name that is reserved");
    return parts;
}

// ".." may only lead a target, and not further up than the link lies deep: it then leaves a directory that is truly
// one. Behind a name, which may be another link, "a/.." need not be where it seems to be.
void checkTarget(const Entry& entry, std::size_t depth)
{
    checkText(entry, entry.target, "link target");
    std::size_t up = 0;
    bool named = false;
    for (const auto part : split(entry.target, '/')) {
        if (part.empty() || part == ".") continue;
        if (part != "..") {
            named = true;
            continue;
        }
        if (named) refuse(entry, "is a link whose target has \"..\" behind a name: " + escaped(entry.target, 120));
        if (++up > depth) refuse(entry, "is a link that leads out of the release: " + escaped(entry.target, 120));
    }
}

std::string joined(const std::vector<std::string_view>& parts)
{
    std::string path;
    for (const auto part : parts) {
        if (!path.empty()) path += '/';
        path += part;
    }
    return path;
}

} // namespace

Placement EntryRules::admit(const Entry& entry)
{
    checkText(entry, entry.path, "name");
    checkKind(entry);
    const auto parts = partsOf(entry);
    if (parts.empty()) {
        if (entry.kind != EntryKind::Directory) refuse(entry, "stands for the release itself, but is no directory");
        return {};
    }
    if (entry.kind == EntryKind::Link) checkTarget(entry, parts.size() - 1);
    if (entry.kind == EntryKind::File) admitSize(entry);

    Placement placement{joined(parts), {}, false};
    placement.missingParents = admitParents(entry, placement.path);
    if (const auto before = known_.find(placement.path); before != known_.end()) {
        placement.standsAlready = before->second == Known::Implied && entry.kind == EntryKind::Directory;
        if (!placement.standsAlready) refuse(entry, "is there twice");
    }
    remember(placement.path, entry.kind == EntryKind::Directory ? Known::Directory : Known::Leaf);
    return placement;
}

void EntryRules::nextPackage()
{
    for (auto& [path, known] : known_)
        if (known == Known::Directory) known = Known::Implied;
    hasFiles_ = false;
}

void EntryRules::admitSize(const Entry& entry)
{
    if (entry.sizeBytes > limits_.bytes - fileBytes_) refuse(entry, "is larger than the space a release may take");
    fileBytes_ += entry.sizeBytes;
    hasFiles_ = true;
}

std::vector<std::string> EntryRules::admitParents(const Entry& entry, std::string_view path)
{
    std::vector<std::string> missing;
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        std::string parent(path.substr(0, slash));
        const auto found = known_.find(parent);
        if (found == known_.end()) {
            remember(parent, Known::Implied);
            missing.push_back(std::move(parent));
        } else if (found->second == Known::Leaf) {
            refuse(entry, "lies beneath " + escaped(parent, 120) + ", which is no directory");
        }
    }
    return missing;
}

void EntryRules::remember(const std::string& path, Known known)
{
    if (known_.insert_or_assign(path, known).second) nameBytes_ += static_cast<std::int64_t>(path.size());
    if (static_cast<std::int64_t>(known_.size()) > limits_.entries)
        throw Refusal("it has more than " + std::to_string(limits_.entries) + " entries");
    if (nameBytes_ > limits_.nameBytes)
        throw Refusal("its names take more than " + std::to_string(limits_.nameBytes) + " bytes");
}

} // namespace baton::stage
