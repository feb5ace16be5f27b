#include "client/os/StderrLog.h"

#include "client/os/SignalSet.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace baton::os {
namespace {

// Standard error leads to `fd` for a while.
class Stderr {
public:
    explicit Stderr(int fd) : before_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) { ::dup2(fd, STDERR_FILENO); }
    ~Stderr() { ::dup2(before_.get(), STDERR_FILENO); }
    Stderr(const Stderr&) = delete;
    Stderr& operator=(const Stderr&) = delete;

private:
    UniqueFd before_;
};

struct Ends {
    UniqueFd read;
    UniqueFd write;
};

Ends pipeEnds()
{
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Ends socketEnds()
{
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void fill(int fd)
{
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    const std::string page(4096, '.');
    while (::write(fd, page.data(), page.size()) > 0) {
    }
    while (::write(fd, ".", 1) > 0) {
    }
    ::fcntl(fd, F_SETFL, 0);
}

std::string drain(int fd)
{
    std::string text;
    std::array<char, 4096> block{};
    for (ssize_t count = 0; (count = ::read(fd, block.data(), block.size())) > 0;)
        text.append(block.data(), static_cast<std::size_t>(count));
    return text;
}

void holdsNothingUp(const Ends& ends)
{
    fill(ends.write.get());
    const Stderr leads(ends.write.get());
    StderrLog log("supervisor", LogFormat::Text, Level::Info);

    log.info("one");
    log.info("two");
    EXPECT_EQ(drain(ends.read.get()).find("one"), std::string::npos);
    log.info("three");

    EXPECT_EQ(drain(ends.read.get()),
              "baton: lines of this log that were lost, since nobody took them: 2\nbaton: three\n");
    EXPECT_EQ(::fcntl(ends.write.get(), F_GETFL) & O_NONBLOCK, 0) << "the program has it, too, and expects it to block";
}

TEST(StderrLog, WaitsForNobodyWhoDoesNotReadAPipe) { holdsNothingUp(pipeEnds()); }

TEST(StderrLog, WaitsForNobodyWhoDoesNotReadASocket) { holdsNothingUp(socketEnds()); }

TEST(StderrLog, LosesWhatNobodyCanHear)
{
    blockSignals({SIGPIPE}); // As all of Baton's processes do.
    auto ends = pipeEnds();
    ends.read.reset();
    const Stderr leads(ends.write.get());
    StderrLog log("supervisor", LogFormat::Json, Level::Info);

    log.error("nobody is there");

    EXPECT_TRUE(isPending({SIGPIPE}));
    const sigset_t only = [] {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGPIPE);
        return set;
    }();
    int number = 0;
    ::sigwait(&only, &number);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
}

TEST(StderrLog, TellsErrorsAlsoToWhoWaitsForTheStart)
{
    const auto ends = pipeEnds();
    const auto other = pipeEnds();
    const Stderr leads(ends.write.get());
    StderrLog log("supervisor", LogFormat::Json, Level::Error);
    log.alsoTo(other.write.get());

    log.warning("not this");
    log.error("this");

    EXPECT_EQ(drain(other.read.get()), "baton: this\n");
    EXPECT_NE(drain(ends.read.get()).find("\"message\":\"this\""), std::string::npos);
}

} // namespace
} // namespace baton::os
