// What lies at a state directory, and who may change it.
#include "client/core/Amounts.h"
#include "client/doctor/InstallationChecks.h"

#include <sys/stat.h>

#include <array>
#include <cstdint>

namespace baton::doctor {
namespace {

constexpr std::uintmax_t Reserve = std::uintmax_t{64} * 1024 * 1024;
constexpr std::uintmax_t NothingLeft = std::uintmax_t{1024} * 1024;

constexpr const char* About = "state directory";

std::string octal(mode_t mode)
{
    constexpr std::array<unsigned, 4> Shifts{9, 6, 3, 0};
    std::string text;
    for (const auto shift : Shifts) text += static_cast<char>('0' + ((mode >> shift) & 7U));
    return text;
}

std::string size(std::uintmax_t bytes) { return printSize(static_cast<std::int64_t>(bytes)); }

} // namespace

Findings directory(const InstallationFacts& installation)
{
    const auto& store = installation.store;
    const auto path = store.directory.string();
    if (!store.unreadable.empty())
        return {{Grade::Broken, About, store.unreadable, "say another --state-dir, or ask as its owner or as root"}};
    if (!store.exists) return {{Grade::Fine, About, path + " is not there yet; baton run makes it"}};
    const auto whose = path + " belongs to " + store.owner + ", mode " + octal(store.mode);
    if (!store.isWritable)
        return {{Grade::Broken, About, whose + ": this user cannot write there", "ask as its owner, or as root"}};
    if ((store.mode & S_IWOTH) != 0)
        return {{Grade::Broken, About, whose + ": everybody may write there, and so decide what runs here",
                 "chmod o-w " + path}};
    if (!store.exposed.empty())
        return {{Grade::Broken, About,
                 store.exposed.string() +
                     ", above it, may be written by everybody, who can put another directory in its place",
                 "chmod o-w " + store.exposed.string() + ", or say another --state-dir"}};
    if ((store.mode & S_IWGRP) != 0)
        return {{Grade::Weak, About, whose + ": its group may write there, and so decide what runs here",
                 "chmod g-w " + path + ", unless that group is Baton's alone"}};
    return {{Grade::Fine, About, whose}};
}

Findings space(const InstallationFacts& installation)
{
    const auto& store = installation.store;
    if (!store.exists) return {};
    // The download, what it unpacks to, and as much again while it is staged.
    const auto wanted = Reserve + 3 * static_cast<std::uintmax_t>(store.currentBytes);
    const auto free = size(store.freeBytes) + " are free";
    if (store.freeBytes < NothingLeft)
        return {{Grade::Broken, "disk", free + ": no step of an update can be written down", "make room"}};
    if (store.freeBytes < wanted)
        return {{Grade::Weak, "disk", free + ", and an update may need " + size(wanted), "make room"}};
    return {{Grade::Fine, "disk", free}};
}

Findings execution(const InstallationFacts& installation)
{
    const auto& store = installation.store;
    if (!store.exists || !store.isNoExec) return {};
    const auto sentence = "the file system of " + (store.directory / "releases").string() + " is mounted noexec";
    if (store.isCurrentTree)
        return {{Grade::Weak, "noexec", sentence + ", so a release cannot bring a program that is started from there",
                 "mount it with exec, unless releases are data alone"}};
    return {{Grade::Broken, "noexec", sentence + ": no release can be started",
             "mount it with exec, or say another --state-dir"}};
}

Findings state(const InstallationFacts& installation)
{
    const auto& store = installation.store;
    if (!store.exists) return {};
    if (!store.damage.empty())
        return {{Grade::Broken, "state", store.damage,
                 "look after the disk; the next start of baton run rebuilds it from the links and the history"}};
    if (!store.state || !store.state->current) return {{Grade::Fine, "state", "no release is installed yet"}};
    const auto& version = store.state->current->version;
    if (!store.isCurrentWhole)
        return {{Grade::Broken, "state",
                 "release " + version + " is the current one, and does not lie whole in " +
                     (store.directory / "releases").string(),
                 "look after the disk; the next start of baton run takes the release before it"}};
    return {{Grade::Fine, "state", "release " + version + " is the current one, and lies whole on the disk"}};
}

} // namespace baton::doctor
