#include "client/supervise/NotifySocket.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Sockets.h"

#include <sys/socket.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace baton::supervise {
namespace {

constexpr std::size_t LongestDatagram = 4096;
constexpr int MostDatagrams = 64;
constexpr Duration BetweenComplaints{60'000};
constexpr std::int64_t LongestExtension = 24LL * 3600 * 1'000'000; // microseconds

// The sender's credentials; whatever descriptors came along are closed.
std::optional<ucred> takeControl(msghdr& message)
{
    std::optional<ucred> sender;
    for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET) continue;
        if (part->cmsg_type == SCM_CREDENTIALS) {
            sender.emplace();
            std::memcpy(&*sender, CMSG_DATA(part), sizeof *sender);
        } else if (part->cmsg_type == SCM_RIGHTS) {
            const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
                ::close(fd);
            }
        }
    }
    return sender;
}

} // namespace

std::optional<Notification> parseNotification(std::string_view datagram)
{
    if (datagram.size() > LongestDatagram || datagram.find('\0') != datagram.npos || !isUtf8(datagram))
        return std::nullopt;
    Notification notification;
    for (const auto line : split(datagram, '\n')) {
        const auto name = line.substr(0, line.find('='));
        const auto value = line.substr(std::min(line.size(), name.size() + 1));
        if (name == "READY")
            notification.ready = value == "1";
        else if (name == "STOPPING")
            notification.stopping = value == "1";
        else if (name == "STATUS")
            notification.status = escaped(value);
        else if (name == "EXTEND_TIMEOUT_USEC") {
            const auto microseconds = parseNumber(value);
            if (microseconds && *microseconds <= LongestExtension) notification.extend = Duration(*microseconds / 1000);
        }
    }
    return notification;
}

NotifySocket::NotifySocket(loop::EventLoop& loop, Log& log, std::filesystem::path path, Judge isOurs, Callback callback)
    : log_(log),
      path_(std::move(path)),
      isOurs_(std::move(isOurs)),
      callback_(std::move(callback)),
      socket_(os::receiveUnix(path_)),
      clock_(loop.clock())
{
    const int yes = 1; // Before anybody knows the path: a message queued earlier would carry no credentials.
    os::check(::setsockopt(socket_.get(), SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes), "ask for credentials");
    watch_ = loop.whenReadable(socket_.get(), [this] { read(); });
}

NotifySocket::~NotifySocket() { ::unlink(path_.c_str()); }

void NotifySocket::read()
{
    for (int i = 0; i < MostDatagrams && readOne(); ++i) {
    }
}

bool NotifySocket::readOne()
{
    std::array<char, LongestDatagram + 1> text{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    iovec block{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &block;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto length = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length < 0) return false;

    const auto sender = takeControl(message);
    const auto notification = (message.msg_flags & MSG_TRUNC) != 0
                                  ? std::nullopt
                                  : parseNotification({text.data(), static_cast<std::size_t>(length)});
    if (!sender || (sender->uid != 0 && sender->uid != ::geteuid()))
        refuse("another user");
    else if (!isOurs_(sender->pid))
        refuse("pid " + std::to_string(sender->pid) + ", which is none of this release's");
    else if (!notification)
        refuse("the release itself, but it is over 4 KiB or no text");
    else
        callback_(*notification);
    return true;
}

void NotifySocket::refuse(const std::string& why)
{
    const auto now = clock_.now();
    if (lastRefusal_ && now - *lastRefusal_ < BetweenComplaints) return; // A flood must not fill the log.
    lastRefusal_ = now;
    log_.warning("a readiness message was ignored: it came from " + why);
}

} // namespace baton::supervise
