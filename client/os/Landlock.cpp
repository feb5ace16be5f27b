#include "client/os/Landlock.h"

#include "client/os/Errors.h"
#include "client/os/UniqueFd.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace baton::os {
namespace {

// The kernel's own numbers: the headers of one system do not know all that the kernel of another does.
// [landlock(7), linux/landlock.h]
constexpr std::uint64_t WriteFile = 1U << 1U;
constexpr std::uint64_t ReadFile = 1U << 2U;
constexpr std::uint64_t ReadDirectory = 1U << 3U;
constexpr std::uint64_t RemoveDirectory = 1U << 4U;
constexpr std::uint64_t RemoveFile = 1U << 5U;
constexpr std::uint64_t MakeDirectory = 1U << 7U;
constexpr std::uint64_t MakeFile = 1U << 8U;
constexpr std::uint64_t MakeLink = 1U << 12U;
constexpr std::uint64_t Refer = 1U << 13U;
constexpr std::uint64_t Truncate = 1U << 14U;

constexpr std::uint64_t BindTcp = 1U << 0U;
constexpr std::uint64_t ConnectTcp = 1U << 1U;

constexpr std::uint64_t OfOneFile = WriteFile | ReadFile | Truncate; ///< the others are rights to a directory
constexpr std::uint64_t Reading = ReadFile | ReadDirectory;
constexpr std::uint64_t Writing =
    Reading | WriteFile | RemoveDirectory | RemoveFile | MakeDirectory | MakeFile | MakeLink | Refer | Truncate;

struct Ruleset {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scopes = 0;
};

struct [[gnu::packed]] PathRule {
    std::uint64_t allowed;
    std::int32_t parent;
};

constexpr std::uint32_t AskForVersion = 1;
constexpr int PathBeneath = 1;

// Each version of the interface handles more. [landlock(7), "VERSIONS"]
Ruleset allOf(long version, Reach reach)
{
    Ruleset all;
    all.files = (std::uint64_t{1} << 13U) - 1;
    if (version >= 2) all.files |= Refer;
    if (version >= 3) all.files |= Truncate;
    if (version >= 5) all.files |= std::uint64_t{1} << 15U; // ioctl of devices
    if (version >= 4) all.network = reach == Reach::Nobody ? BindTcp | ConnectTcp : BindTcp;
    if (version >= 6) all.scopes = 3; // abstract unix sockets, signals
    return all;
}

void allow(int ruleset, const std::filesystem::path& path, std::uint64_t what)
{
    const UniqueFd parent(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!parent) {
        if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) return;
        fail("open " + path.string());
    }
    struct stat status {};
    check(::fstat(parent.get(), &status), "look at " + path.string());
    const PathRule rule{S_ISDIR(status.st_mode) ? what : what & OfOneFile, parent.get()};
    check(::syscall(SYS_landlock_add_rule, ruleset, PathBeneath, &rule, 0), "allow " + path.string());
}

long askForVersion() { return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, AskForVersion); }

} // namespace

long landlockVersion() { return std::max(askForVersion(), 0L); }

std::string restrictFiles(const std::vector<std::filesystem::path>& readable,
                          const std::vector<std::filesystem::path>& writable, Reach reach)
try {
    const auto version = check(askForVersion(), "ask for Landlock");
    const auto all = allOf(version, reach);
    const UniqueFd ruleset(static_cast<int>(
        check(::syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0), "make a set of Landlock's rules")));
    for (const auto& path : readable) allow(ruleset.get(), path, Reading & all.files);
    const auto writing = reach == Reach::Nobody ? Writing : Writing & ~(MakeLink | MakeDirectory);
    for (const auto& path : writable) allow(ruleset.get(), path, writing & all.files);
    check(::syscall(SYS_landlock_restrict_self, ruleset.get(), 0), "take on Landlock's rules");
    return {};
} catch (const std::system_error& error) {
    return error.what();
}

} // namespace baton::os
