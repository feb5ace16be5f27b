#include "client/supervise/Job.h"

#include "client/os/Errors.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace baton::supervise {

Job::Job(loop::EventLoop& loop, os::SpawnOptions options, Duration limit, std::size_t longestOutput, Done done)
    : longestOutput_(longestOutput),
      done_(std::move(done)),
      child_(start(options, output_))
{
    outputWatch_ = loop.whenReadable(output_.get(), [this] { readOutput(); });
    endWatch_ = loop.whenReadable(child_.pidfd(), [this] { finish(true); });
    limit_ = loop.after(limit, [this] { finish(false); });
}

Job::~Job()
{
    if (!running_) return;
    child_.signalGroup(SIGKILL);
    child_.reap();
}

os::Child Job::start(os::SpawnOptions& options, os::UniqueFd& output)
{
    std::array<int, 2> ends{};
    os::check(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), "make a pipe");
    output.reset(ends[0]);
    const os::UniqueFd write(ends[1]);
    ::fcntl(write.get(), F_SETFL, 0); // The job may block on it; we must not.
    options.standardOutput = write.get();
    options.endsWithUs = true;
    return os::Child::spawn(options);
}

void Job::readOutput()
{
    std::array<char, 1024> block{};
    for (;;) {
        const auto length = ::read(output_.get(), block.data(), block.size());
        if (length == 0) outputWatch_.reset();
        if (length <= 0) return;
        const auto room = longestOutput_ - std::min(longestOutput_, text_.size());
        text_.append(block.data(), std::min(room, static_cast<std::size_t>(length)));
    }
}

void Job::finish(bool inTime)
{
    auto status = child_.ended();
    if (!inTime && status) inTime = true; // It ended in the very moment.
    child_.signalGroup(SIGKILL);
    child_.reap();
    running_ = false;
    if (output_) readOutput();
    outputWatch_.reset();
    endWatch_.reset();
    limit_.reset();
    const auto done = std::move(done_); // The call may destroy us.
    done({inTime ? status : std::nullopt, std::move(text_)});
}

} // namespace baton::supervise
