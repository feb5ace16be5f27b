#include "client/os/Message.h"

#include "client/os/Errors.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace baton::os {
namespace {

constexpr std::size_t MostDescriptors = 253; // SCM_MAX_FD of the kernel
constexpr int PassPidfd = 76;                // SO_PASSPIDFD, which older headers do not name
constexpr int RightsPidfd = 4;               // SCM_PIDFD

std::vector<UniqueFd> descriptorsOf(const cmsghdr* part)
{
    std::vector<UniqueFd> descriptors;
    const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
        descriptors.emplace_back(fd);
    }
    return descriptors;
}

void takeControl(msghdr& header, Message& message)
{
    for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET) continue;
        if (part->cmsg_type == SCM_CREDENTIALS) {
            message.sender.emplace();
            std::memcpy(&*message.sender, CMSG_DATA(part), sizeof *message.sender);
        }
        if (part->cmsg_type == SCM_RIGHTS) message.descriptors = descriptorsOf(part);
        if (part->cmsg_type == RightsPidfd) {
            auto one = descriptorsOf(part);
            if (one.size() == 1) message.senderPidfd = std::move(one.front());
        }
    }
}

} // namespace

void askForSender(int socket)
{
    const int yes = 1;
    check(::setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes), "ask for credentials");
    ::setsockopt(socket, SOL_SOCKET, PassPidfd, &yes, sizeof yes); // Where it is not known, the pid has to do.
}

std::optional<Message> receiveMessage(int socket, std::size_t longest, bool* ended)
{
    Message message;
    message.text.resize(longest);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * MostDescriptors) + CMSG_SPACE(sizeof(ucred)) +
                                          CMSG_SPACE(sizeof(int))>
        control{};
    iovec block{message.text.data(), message.text.size()};
    msghdr header{};
    header.msg_iov = &block;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t length = 0;
    do {
        length = ::recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    if (ended != nullptr) *ended = length == 0 || (length < 0 && errno != EAGAIN);
    if (length < 0) return std::nullopt;
    takeControl(header, message);
    message.isCut = (header.msg_flags & MSG_TRUNC) != 0;
    message.text.resize(static_cast<std::size_t>(length));
    return message;
}

bool sendMessage(int socket, std::string_view text, std::span<const int> descriptors, int flags,
                 const sockaddr* address, socklen_t addressLength) noexcept
{
    if (descriptors.size() > MostDescriptors) {
        errno = EINVAL;
        return false;
    }
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * MostDescriptors)> control{};
    iovec block{const_cast<char*>(text.data()), text.size()};
    msghdr header{};
    header.msg_name = const_cast<sockaddr*>(address);
    header.msg_namelen = addressLength;
    header.msg_iov = &block;
    header.msg_iovlen = 1;
    if (!descriptors.empty()) {
        header.msg_control = control.data();
        header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        auto* const part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
    }
    return ::sendmsg(socket, &header, flags | MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

} // namespace baton::os
