// Standard input, output and error: the program's own, whole over a hand-off, and no reason for Baton to wait or die.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Errors.h"
#include "client/os/Listening.h"
#include "tests/system/Relay.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <set>
#include <sstream>
#include <thread>

namespace baton::system {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Pipe {
    os::UniqueFd read;
    os::UniqueFd write;

    Pipe()
    {
        std::array<int, 2> ends{};
        os::check(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
        read.reset(ends[0]);
        write.reset(ends[1]);
    }

    // Until it takes no byte more.
    void fill() const
    {
        ::fcntl(write.get(), F_SETFL, O_NONBLOCK);
        const std::string page(4096, '.');
        while (::write(write.get(), page.data(), page.size()) > 0) {
        }
        while (::write(write.get(), ".", 1) > 0) {
        }
        ::fcntl(write.get(), F_SETFL, 0);
    }

    std::string drain() const
    {
        ::fcntl(read.get(), F_SETFL, O_NONBLOCK);
        std::string text;
        std::array<char, 4096> block{};
        for (ssize_t count = 0; (count = ::read(read.get(), block.data(), block.size())) > 0;)
            text.append(block.data(), static_cast<std::size_t>(count));
        return text;
    }
};

struct Fault29 : Relay {
    // Starts it with that pipe as its output and error, and finds the listener by the state.
    void begin(int output, int error)
    {
        RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}};
        web = "127.0.0.1:" + std::to_string(freePort());
        options.listen = {"web=" + web};
        options.standardOutput = output;
        options.standardError = error;
        start(options);
        ASSERT_TRUE(eventually([this] { return fs::exists(store().controlSocket()); }));
        ASSERT_TRUE(comesToServe("1.0.0"));
    }

    static int freePort()
    {
        const auto socket = os::listenOn(os::parseListenAddress("any=127.0.0.1:0"));
        const auto address = os::boundAddress(socket.get());
        return std::stoi(address.substr(address.rfind(':') + 1));
    }

    // Two releases: one that is committed, and one that is taken back.
    void updateUnderLoad()
    {
        Clients clients(scratch, web, {"--new", "64", "--kept", "64"});
        publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));
        check();
        EXPECT_TRUE(comesToServe("1.1.0"));
        publish("1.2.0", scratch.actor("1.2.0", "exit 3"));
        check();
        EXPECT_TRUE(eventually([this] { return !status().blocked.empty(); }));
        EXPECT_TRUE(comesToServe("1.1.0"));
        const auto count = clients.stop();
        EXPECT_GT(count.sent, 0U);
        EXPECT_EQ(count.failed, 0U) << count.report;
    }
};

TEST_F(Fault29, OutputAndErrorThatAreGoneEndNothing)
{
    Pipe gone;
    gone.read.reset();
    ASSERT_NO_FATAL_FAILURE(begin(gone.write.get(), gone.write.get()));

    updateUnderLoad();

    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault29, OutputThatGoesAwayLaterEndsNothing)
{
    Pipe pipe;
    ASSERT_NO_FATAL_FAILURE(begin(pipe.write.get(), pipe.write.get()));
    pipe.write.reset();
    EXPECT_TRUE(eventually([&] { return pipe.drain().find("1.0.0 serves") != std::string::npos; }));
    pipe.read.reset();

    updateUnderLoad();

    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault29, ALogThatNobodyReadsHoldsNothingUp)
{
    const Pipe full;
    full.fill();
    ASSERT_NO_FATAL_FAILURE(begin(-1, full.write.get()));

    updateUnderLoad();

    EXPECT_THAT(full.drain(), Not(HasSubstr("baton: ")));
    publish("1.3.0", scratch.copyOf(HELLO, "1.3.0"));
    check();
    EXPECT_TRUE(comesToServe("1.3.0"));
    const auto log = full.drain();
    EXPECT_THAT(log, HasSubstr("baton: lines of this log that were lost, since nobody took them: "));
    EXPECT_THAT(log, HasSubstr("1.3.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault29, StreamsThatAreClosedEndNothing)
{
    const RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}};
    auto command = commandFor(options);
    std::string line = "exec";
    command.arguments.front() = command.executable;
    for (const auto& word : command.arguments) line += " '" + word + "'";
    baton.emplace(Command{"/bin/sh", {"sh", "-c", line + " 0<&- 1>&- 2>&-"}}, scratch / "closed.log");
    ASSERT_TRUE(eventually([this] { return fs::exists(store().controlSocket()); }));
    ASSERT_TRUE(comesToServe("1.0.0"));

    for (const auto* stream : {"0", "1", "2"})
        EXPECT_EQ(fs::read_symlink(fs::path("/proc") / std::to_string(status().release->pid) / "fd" / stream),
                  "/dev/null");
    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));
    check();

    EXPECT_TRUE(comesToServe("1.1.0"));
    EXPECT_EQ(stop(), 0);
}

// Somebody writes numbers into Baton's standard input, sixteen bytes each, and does not care about updates.
class Writer {
public:
    explicit Writer(int fd) : thread_([this, fd] { write(fd); }) {}
    ~Writer()
    {
        if (thread_.joinable()) stop();
    }

    int stop()
    {
        stopped_ = true;
        thread_.join();
        return written_;
    }
    int written() const { return written_; }

private:
    void write(int fd)
    {
        while (!stopped_) {
            std::string text = std::to_string(written_ + 1);
            text.insert(0, 16 - text.size(), '0');
            if (::write(fd, text.data(), text.size()) != 16) return;
            ++written_;
            ::usleep(200); // Some thousands a second, so that the log stays short.
        }
    }

    std::atomic<bool> stopped_ = false;
    std::atomic<int> written_ = 0;
    std::thread thread_;
};

struct Piped : Relay, ::testing::WithParamInterface<const char*> {
    static constexpr const char* Copies = "ready\nrecords\nsay at its end\nexit 0";

    // What each has read, as "1.0.0:0000000000000001".
    std::vector<std::pair<std::string, int>> read() const
    {
        std::vector<std::pair<std::string, int>> records;
        std::istringstream lines(baton->said());
        for (std::string line; std::getline(lines, line);)
            if (line.size() == 22 && line[0] == '1' && line[5] == ':')
                records.emplace_back(line.substr(0, 5), std::stoi(line.substr(6)));
        return records;
    }
    std::size_t countOf(const std::string& version) const
    {
        const auto records = read();
        return static_cast<std::size_t>(
            std::count_if(records.begin(), records.end(), [&](const auto& record) { return record.first == version; }));
    }
};

TEST_P(Piped, ReachesTheProgramWholeOverAHandOff)
{
    Pipe pipe;
    RunOptions options{{scratch.actor("1.0.0", Copies).string()}, {"--handoff", GetParam()}};
    options.standardInput = pipe.read.get();
    ASSERT_TRUE(serves(options));
    pipe.read.reset();
    Writer writer(pipe.write.get());
    ASSERT_TRUE(eventually([this] { return countOf("1.0.0") > 100; }));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Copies), "1.1.0 committed"));
    ASSERT_TRUE(eventually([this] { return countOf("1.1.0") > 100; }));
    const auto last = writer.stop();
    pipe.write.reset(); // The end of it reaches the program, too, which ends then.

    EXPECT_EQ(baton->end(), 0);
    std::set<int> numbers;
    for (const auto& [version, number] : read()) EXPECT_TRUE(numbers.insert(number).second) << number << " came twice";
    EXPECT_EQ(numbers.size(), static_cast<std::size_t>(last)) << "none was lost";
    ASSERT_FALSE(numbers.empty());
    EXPECT_EQ(*numbers.rbegin(), last);
}

INSTANTIATE_TEST_SUITE_P(by, Piped, ::testing::Values("overlap", "restart"),
                         [](const auto& how) { return std::string(how.param); });

} // namespace
} // namespace baton::system
