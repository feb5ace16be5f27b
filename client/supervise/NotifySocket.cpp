#include "client/supervise/NotifySocket.h"

#include "client/os/Message.h"
#include "client/os/ProcessTable.h"
#include "client/os/Sockets.h"

#include <unistd.h>

namespace baton::supervise {
namespace {

constexpr int MostDatagrams = 64;
constexpr Duration BetweenComplaints{60'000};

bool isTrustedUser(uid_t user) { return user == 0 || user == ::geteuid(); }

} // namespace

NotifySocket::NotifySocket(loop::EventLoop& loop, Log& log, std::filesystem::path path, Judge isOurs, Callback callback)
    : NotifySocket(loop, log, path, std::move(isOurs), std::move(callback), os::receiveUnix(path))
{
}

NotifySocket::NotifySocket(loop::EventLoop& loop, Log& log, std::filesystem::path path, Judge isOurs, Callback callback,
                           os::UniqueFd socket)
    : log_(log),
      path_(std::move(path)),
      isOurs_(std::move(isOurs)),
      callback_(std::move(callback)),
      socket_(std::move(socket)),
      clock_(loop.clock())
{
    os::askForSender(socket_.get()); // Before anybody knows the path: an earlier message would carry no credentials.
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
    auto message = os::receiveMessage(socket_.get(), LongestNotification + 1);
    if (!message) return false;

    const auto& sender = message->sender;
    const auto notification = message->isCut ? std::nullopt : parseNotification(message->text);
    if (!sender || !isTrustedUser(sender->uid))
        refuse("another user");
    else if (!isOurs_(sender->pid))
        refuse("pid " + std::to_string(sender->pid) + ", which is none of this release's");
    else if (message->senderPidfd && os::isReaped(message->senderPidfd.get()))
        refuse(
            "a process that is gone, and whose pid is another's"); // Asked last: the answer holds for what was asked.
    else if (!notification)
        refuse("the release itself, but it is over 4 KiB or no text");
    else
        callback_(*notification, notification->stores ? std::move(message->descriptors) : Descriptors());
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
