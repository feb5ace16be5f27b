#include "client/os/Confinement.h"

#include "client/os/CallFilter.h"
#include "client/os/Errors.h"
#include "client/os/Landlock.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace baton::os {
namespace {

#if !defined(__has_feature)
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) ||               \
    __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool Instrumented = true;
#else
constexpr bool Instrumented = false;
#endif

using Missing = std::vector<std::string>;

std::string reason() { return std::strerror(errno); } // NOLINT(concurrency-mt-unsafe): before the first thread

// Never more than there was.
void limit(__rlimit_resource what, std::int64_t most, const char* name, Missing& missing)
{
    rlimit now{};
    const auto wanted = static_cast<rlim_t>(most);
    if (::getrlimit(what, &now) != 0 || (now.rlim_max != RLIM_INFINITY && now.rlim_max <= wanted)) return;
    const rlimit next{std::min(now.rlim_cur, wanted), wanted};
    if (::setrlimit(what, &next) != 0) missing.push_back(std::string("a limit of ") + name + ": " + reason());
}

void takeOnLimits(const Confinement& confinement, Missing& missing)
{
    constexpr std::int64_t MostDescriptors = 1024;
    limit(RLIMIT_CORE, 0, "cores", missing);
    if (confinement.fileBytes > 0) limit(RLIMIT_FSIZE, confinement.fileBytes, "file sizes", missing);
    limit(RLIMIT_NOFILE, MostDescriptors, "open files", missing);
    if (!Instrumented) limit(RLIMIT_DATA, confinement.memoryBytes, "memory", missing);
    ::signal(SIGXFSZ, SIG_IGN); // A file that grows too long is an error with a name, and no death.
}

bool isAnothers(const std::filesystem::path& path)
{
    struct stat status {};
    const auto belongsTo = [&](const std::filesystem::path& one) {
        return ::stat(one.c_str(), &status) != 0 || status.st_uid == ::geteuid();
    };
    return !belongsTo(path) || !belongsTo(path.parent_path());
}

// Root without its rights owns what root owns, and no more.
void dropRights(const Confinement& confinement, Missing& missing)
{
    const auto& paths = confinement.writable;
    if (::geteuid() == 0 && std::any_of(paths.begin(), paths.end(), isAnothers)) {
        missing.emplace_back("dropping root's rights: the state directory belongs to another user than who runs Baton");
        return;
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) missing.push_back("dropping root's rights: " + reason());
}

// Not even a program with rights of its own would give any back.
void closeBounds()
{
    constexpr unsigned long MostCapabilities = 64;
    for (unsigned long one = 0; one < MostCapabilities; ++one)
        if (::prctl(PR_CAPBSET_DROP, one, 0, 0, 0) != 0) return; // There are no more, or we may not.
}

// A network of its own, in which there is nothing; only root may make one.
bool leaveNetwork() { return ::unshare(CLONE_NEWNET) == 0; }

// What is not kept from it, if there is no filter of system calls.
std::string withoutFilter(const Confinement& confinement, bool isAlone)
{
    const bool connects = confinement.work != Work::Network && !isAlone;
    return std::string("seccomp, so it could start programs") + (connects ? " and open connections" : "") + ": ";
}

std::string filterCalls(const Confinement& confinement)
{
    if (Instrumented) return "this build is instrumented by a sanitizer";
    switch (confinement.work) {
    case Work::Files: return allowFileCallsAlone();
    case Work::Network: return allowNetworkCalls();
    case Work::Answers: return allowAnsweringCalls();
    }
    return {};
}

} // namespace

bool isInstrumented() { return Instrumented; }

std::vector<std::string> confine(const Confinement& confinement)
{
    Missing missing;
    takeOnLimits(confinement, missing);
    const bool isAlone = confinement.work != Work::Network && leaveNetwork(); // A socket that it has stays where it is.
    closeBounds();
    if (confinement.account) become(*confinement.account);
    dropRights(confinement, missing);
    ::prctl(PR_SET_DUMPABLE, Instrumented ? 1 : 0, 0, 0, 0); // At its end a sanitizer looks at its own process.
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) missing.push_back("no_new_privs: " + reason());
    auto readable = confinement.readable;
    if (Instrumented) readable.emplace_back("/proc"); // The same.
    const auto reach = confinement.work == Work::Network ? Reach::Others : Reach::Nobody;
    if (const auto why = restrictFiles(readable, confinement.writable, reach); !why.empty())
        missing.push_back("Landlock, so it could open other files than the store's: " + why);
    if (const auto why = filterCalls(confinement); !why.empty())
        missing.push_back(withoutFilter(confinement, isAlone) + why);
    return missing;
}

} // namespace baton::os
