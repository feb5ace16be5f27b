#include "client/os/Account.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"

#include <sys/prctl.h>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace baton::os {
namespace {

std::optional<Account> accountFrom(const passwd* entry)
{
    return entry == nullptr ? std::nullopt : std::optional(Account{entry->pw_uid, entry->pw_gid});
}

// What a process gets when its parent ends: the kernel forgets it with each change of the user.
class AtParentsEnd {
public:
    AtParentsEnd() { ::prctl(PR_GET_PDEATHSIG, &signal_); }
    void restore() const
    {
        if (signal_ == 0) return;
        ::prctl(PR_SET_PDEATHSIG, signal_);
        if (::getppid() != parent_) ::raise(signal_);
    }

private:
    pid_t parent_ = ::getppid();
    int signal_ = 0;
};

} // namespace

std::optional<Account> findAccount(const std::string& name)
{
    std::array<char, 16384> text{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found) == 0 && found != nullptr)
        return accountFrom(found);
    constexpr std::int64_t Highest = 0xFFFF'FFFE;
    const auto number = parseNumber(name);
    if (!number || *number > Highest) return std::nullopt;
    if (::getpwuid_r(static_cast<uid_t>(*number), &entry, text.data(), text.size(), &found) != 0) return std::nullopt;
    return accountFrom(found);
}

bool couldWrite(const Account& account, const std::string& directory)
{
    const AtParentsEnd atParentsEnd;
    const auto group = ::getegid();
    const auto user = ::geteuid();
    if (::setgroups(0, nullptr) != 0) return false;
    const bool isIt = ::setegid(account.group) == 0 && ::seteuid(account.user) == 0;
    const bool could = isIt && ::faccessat(AT_FDCWD, directory.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) == 0;
    check(::seteuid(user), "become root again");
    check(::setegid(group), "have root's group again");
    atParentsEnd.restore();
    return could;
}

void become(const Account& account)
{
    const AtParentsEnd atParentsEnd;
    check(::setgroups(0, nullptr), "leave root's groups");
    check(::setresgid(account.group, account.group, account.group), "take on the group of another user");
    check(::setresuid(account.user, account.user, account.user), "become another user");
    if (account.user != 0 && ::setuid(0) == 0) fail("stay another user", EPERM);
    atParentsEnd.restore();
}

} // namespace baton::os
