#include "client/os/Passing.h"

#include "client/os/Errors.h"

#include <fcntl.h>

#include <cerrno>
#include <string>
#include <utility>

namespace baton::os {

Passing::Passing(std::vector<int> descriptors) : descriptors_(std::move(descriptors))
{
    for (const int descriptor : descriptors_)
        if (::fcntl(descriptor, F_SETFD, 0) != 0) {
            const int error = errno;
            closeOnExec();
            fail("pass descriptor " + std::to_string(descriptor) + " on", error);
        }
}

Passing::~Passing() { closeOnExec(); }

void Passing::closeOnExec() const
{
    for (const int descriptor : descriptors_) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

UniqueFd received(int descriptor)
{
    check(::fcntl(descriptor, F_SETFD, FD_CLOEXEC), "take over descriptor " + std::to_string(descriptor));
    return UniqueFd(descriptor);
}

} // namespace baton::os
