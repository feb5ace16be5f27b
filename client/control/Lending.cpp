#include "client/control/Lending.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Message.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace baton::control {
namespace {

constexpr std::size_t LongestPath = 4096;
constexpr int MostAtOnce = 16;
constexpr int PatienceMilliseconds = 10'000; // The supervisor waits for nobody, so this is a machine that stands still.

// What was said before and is not asked for any more would be taken for the answer to the next question.
void forgetOldAnswers(int socket)
{
    for (bool ended = false; !ended && os::receiveMessage(socket, LongestPath, &ended);) {
    }
}

os::Message answerAt(int socket, const std::filesystem::path& file)
{
    pollfd one{socket, POLLIN, 0};
    int ready = 0;
    do {
        ready = ::poll(&one, 1, PatienceMilliseconds);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) os::fail("open " + file.string(), ETIMEDOUT);
    bool ended = false;
    auto message = os::receiveMessage(socket, LongestPath, &ended);
    if (!message || ended) os::fail("open " + file.string(), EPIPE);
    return std::move(*message);
}

} // namespace

bool lend(int socket, const std::vector<std::filesystem::path>& files)
{
    for (int i = 0; i < MostAtOnce; ++i) {
        bool ended = false;
        const auto asked = os::receiveMessage(socket, LongestPath, &ended);
        if (ended) return false;
        if (!asked) return true;
        const bool isLent = std::find(files.begin(), files.end(), std::filesystem::path(asked->text)) != files.end();
        // Of a pipe there is nothing to wait for, and a terminal does not become ours.
        const os::UniqueFd file(isLent ? ::open(asked->text.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
                                       : -1);
        const int why = file ? 0 : isLent ? errno : EACCES;
        const std::array<int, 1> sent{file.get()};
        os::sendMessage(socket, std::to_string(why), file ? std::span<const int>(sent) : std::span<const int>(),
                        MSG_DONTWAIT);
    }
    return true;
}

os::UniqueFd Borrower::open(const std::filesystem::path& file)
{
    const std::lock_guard lock(mutex_);
    forgetOldAnswers(socket_.get());
    if (!os::sendMessage(socket_.get(), file.string(), {}, 0)) os::fail("open " + file.string());
    auto answer = answerAt(socket_.get(), file);
    if (answer.descriptors.size() == 1) return std::move(answer.descriptors.front());
    os::fail("open " + file.string(), static_cast<int>(parseNumber(answer.text).value_or(EIO)));
}

} // namespace baton::control
