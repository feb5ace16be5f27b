#include "client/os/Errors.h"

#include <string.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace baton::os {

void fail(std::string_view what) { fail(what, errno); }

void fail(std::string_view what, int error)
{
    throw std::system_error(error, std::generic_category(), std::string(what));
}

bool isShortage(int error)
{
    static constexpr std::array Shortages{EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, EDQUOT, EIO};
    return std::find(Shortages.begin(), Shortages.end(), error) != Shortages.end();
}

std::string describe(int error)
{
    const char* name = ::strerrorname_np(error);
    return std::generic_category().message(error) + " (" + (name != nullptr ? name : "errno") + ')';
}

} // namespace baton::os
