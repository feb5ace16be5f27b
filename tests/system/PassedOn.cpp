#include "tests/system/PassedOn.h"

#include "client/os/UniqueFd.h"
#include "tests/support/Loopback.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <array>

namespace baton::system {

std::string passedOn(const std::string& request, std::uint16_t port)
{
    const auto address = testing::loopback(port);
    const os::UniqueFd there(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(there.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    ::send(there.get(), request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    std::array<char, 4096> block{};
    for (ssize_t length = 0; (length = ::recv(there.get(), block.data(), block.size(), 0)) > 0;)
        answer.append(block.data(), static_cast<std::size_t>(length));
    return answer;
}

} // namespace baton::system
