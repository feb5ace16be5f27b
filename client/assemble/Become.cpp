#include "client/assemble/Become.h"

#include "client/assemble/UsageError.h"
#include "client/os/Errors.h"

#include <unistd.h>

namespace baton::assemble {

std::filesystem::path helperExecutable(const std::filesystem::path& baton, const std::string& name)
{
    const auto beside = baton.parent_path() / name;
    const auto installed = baton.parent_path().parent_path() / "libexec/baton" / name;
    for (const auto& place : {beside, installed})
        if (::access(place.c_str(), X_OK) == 0) return place;
    throw UsageError(name + " is neither at " + beside.string() + " nor at " + installed.string() +
                         "; install Baton again",
                     exitcode::Unavailable);
}

void become(const std::filesystem::path& executable, const std::vector<std::string>& words)
{
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(executable.c_str(), arguments.data());
    os::fail("execute " + executable.string());
}

} // namespace baton::assemble
