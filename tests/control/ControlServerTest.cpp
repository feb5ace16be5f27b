#include "client/control/ControlServer.h"

#include "client/control/Client.h"
#include "client/os/Process.h"
#include "client/os/Sockets.h"
#include "client/os/SystemClock.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

namespace baton::control {
namespace {

constexpr Duration Moment{10};

struct ControlServerTest : ::testing::Test {
    testing::TemporaryDirectory directory;
    std::filesystem::path path = directory.path() / "control.sock";
    os::SystemClock clock;
    loop::EventLoop loop{clock};

    /// Turns the loop until the client's call has returned in a thread of its own.
    std::string whileServing(const std::function<std::string()>& client)
    {
        std::atomic<bool> done = false;
        std::string answer;
        std::thread thread([&] {
            answer = client();
            done = true;
        });
        while (!done) loop.turn(Moment);
        thread.join();
        return answer;
    }
};

bool isClosed(const os::UniqueFd& socket)
{
    pollfd watched{socket.get(), POLLIN, 0};
    char byte = 0;
    return ::poll(&watched, 1, 0) == 1 && ::recv(socket.get(), &byte, 1, 0) <= 0;
}

constexpr const char* AskInPerl = R"($SIG{PIPE} = 'IGNORE';
socket(S, PF_UNIX, SOCK_STREAM, 0);
connect(S, pack_sockaddr_un($ARGV[0])) or exit 2;
syswrite(S, "status\n");
sysread(S, $x, 9);
exit($x eq 'here' ? 0 : 1))";

TEST_F(ControlServerTest, AnswersNoChildThatFacesStrangers)
{
    constexpr const char* Perl = "/usr/bin/perl";
    if (::access(Perl, X_OK) != 0) GTEST_SKIP() << "NOT RUN: there is no " << Perl;
    const ControlServer server(loop, path, [](const std::string&) { return std::string("here"); });
    os::SpawnOptions options;
    options.executable = Perl;
    options.arguments = {"perl", "-MSocket", "-e", AskInPerl, path.string()};
    for (const int refused : {0, 1}) {
        options.facesStrangers = refused == 1;
        const auto child = os::Child::spawn(options);
        while (!child.ended()) loop.turn(Moment);
        EXPECT_EQ(child.ended(), (os::ExitStatus{false, refused}));
        child.reap();
    }
}

TEST_F(ControlServerTest, AnswersALineAndCloses)
{
    const ControlServer server(loop, path, [](const std::string& line) { return "you said " + line + "\n"; });
    EXPECT_EQ(whileServing([&] { return ask(path, "status"); }), "you said status\n");
    EXPECT_EQ(whileServing([&] { return ask(path, "history"); }), "you said history\n");
}

TEST_F(ControlServerTest, SendsAnAnswerThatIsLargerThanASocketsBuffer)
{
    const std::string large(3'000'000, 'x');
    const ControlServer server(loop, path, [&](const std::string&) { return large; });
    EXPECT_EQ(whileServing([&] { return ask(path, "history"); }), large);
}

TEST_F(ControlServerTest, WaitsForALineThatComesInPieces)
{
    const ControlServer server(loop, path, [](const std::string& line) { return line; });
    const auto client = os::connectUnix(path);
    ASSERT_EQ(::send(client.get(), "sta", 3, 0), 3);
    for (int i = 0; i < 3; ++i) loop.turn(Moment);
    EXPECT_FALSE(isClosed(client));
    ASSERT_EQ(::send(client.get(), "tus\n", 4, 0), 4);
    for (int i = 0; i < 3; ++i) loop.turn(Moment);
    std::array<char, 16> text{};
    EXPECT_EQ(::recv(client.get(), text.data(), text.size(), MSG_DONTWAIT), 6);
}

TEST_F(ControlServerTest, ClosesWhoSendsTooMuchOrGoes)
{
    int calls = 0;
    const ControlServer server(loop, path, [&](const std::string&) {
        ++calls;
        return std::string();
    });
    const auto chatty = os::connectUnix(path);
    const std::string noise(6000, 'x');
    ASSERT_EQ(::send(chatty.get(), noise.data(), noise.size(), 0), static_cast<ssize_t>(noise.size()));
    {
        const auto gone = os::connectUnix(path);
    }
    for (int i = 0; i < 12; ++i) loop.turn(Moment);
    EXPECT_TRUE(isClosed(chatty));
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(whileServing([&] { return ask(path, "status"); }), "");
    EXPECT_EQ(calls, 1);
}

TEST_F(ControlServerTest, IsNotHeldUpByManySilentClients)
{
    const ControlServer server(loop, path, [](const std::string&) { return std::string("here"); });
    std::vector<os::UniqueFd> silent;
    for (int i = 0; i < 15; ++i) silent.push_back(os::connectUnix(path));
    EXPECT_EQ(whileServing([&] { return ask(path, "status"); }), "here");

    silent.push_back(os::connectUnix(path));
    for (int i = 0; i < 20; ++i) loop.turn(Moment);
    silent.clear(); // The one that waits in the queue is taken once there is room again.
    EXPECT_EQ(whileServing([&] { return ask(path, "status"); }), "here");
}

TEST_F(ControlServerTest, TakesItsPathAwayWithIt)
{
    {
        const ControlServer server(loop, path, [](const std::string&) { return std::string(); });
        EXPECT_TRUE(std::filesystem::exists(path));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_THROW(ask(path, "status"), std::system_error);
}

TEST_F(ControlServerTest, TellsAClientThatNobodyAnswers)
{
    const auto mute = os::listenUnix(path);
    try {
        ask(path, "status", Moment);
        ADD_FAILURE() << "somebody answered";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), ETIMEDOUT);
        EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos);
    }
}

} // namespace
} // namespace baton::control
