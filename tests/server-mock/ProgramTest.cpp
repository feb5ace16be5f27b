// baton-mock-server as a process.
#include "client/os/Process.h"
#include "tests/support/TemporaryDirectory.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>

namespace baton::mock {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

// The server with its two outputs in pipes.
class Program {
public:
    explicit Program(std::vector<std::string> arguments)
    {
        auto [out, theirOut] = pipe();
        auto [error, theirError] = pipe();
        out_ = std::move(out);
        error_ = std::move(error);
        os::SpawnOptions options;
        options.executable = MOCK_SERVER;
        arguments.insert(arguments.begin(), "baton-mock-server");
        options.arguments = std::move(arguments);
        options.standardOutput = theirOut.get();
        options.standardError = theirError.get();
        child_ = os::Child::spawn(options);
    }
    ~Program()
    {
        if (!isReaped_) end(SIGKILL);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// The next line, without its end; what there was when the output ended.
    std::string line()
    {
        std::string text;
        for (char c = 0; ::read(out_.get(), &c, 1) == 1 && c != '\n';) text += c;
        return text;
    }
    std::string rest() { return all(out_); }
    std::string errors() { return all(error_); }

    int wait()
    {
        pollfd one{child_->pidfd(), POLLIN, 0};
        ::poll(&one, 1, -1);
        const auto status = child_->ended().value();
        child_->reap();
        isReaped_ = true;
        return status.shellCode();
    }
    int end(int signal)
    {
        child_->signal(signal);
        return wait();
    }

private:
    static std::pair<os::UniqueFd, os::UniqueFd> pipe()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        return {os::UniqueFd(ends[0]), os::UniqueFd(ends[1])};
    }
    static std::string all(const os::UniqueFd& fd)
    {
        std::string text;
        std::array<char, 4096> block{};
        for (ssize_t count = 0; (count = ::read(fd.get(), block.data(), block.size())) > 0;)
            text.append(block.data(), static_cast<std::size_t>(count));
        return text;
    }

    os::UniqueFd out_;
    os::UniqueFd error_;
    std::optional<os::Child> child_;
    bool isReaped_ = false;
};

std::string get(const std::string& url, const std::string& path)
{
    const Poco::URI address(url);
    Poco::Net::HTTPClientSession session(address.getHost(), address.getPort());
    Poco::Net::HTTPRequest request("GET", path, Poco::Net::HTTPMessage::HTTP_1_1);
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    std::string body;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), body);
    return body;
}

TEST(MockServerProgram, SaysWhereItListensServesWhatWasPublishedAndEndsWhenTold)
{
    const baton::testing::TemporaryDirectory directory;
    const auto file = directory.path() / "web-1.1.0";
    std::ofstream(file) << "hello";
    for (const int signal : {SIGTERM, SIGINT}) {
        Program program({"--listen", "127.0.0.1:0", "--publish", "web=1.1.0=" + file.string(),
                         "--publish=db=2.0.0=" + file.string()});

        const auto first = program.line();
        ASSERT_THAT(first, MatchesRegex("listening on http://127\\.0\\.0\\.1:[0-9]+"));
        const auto url = first.substr(first.find("http"));

        EXPECT_EQ(get(url, "/packages/web/1.1.0/web-1.1.0"), "hello");
        EXPECT_EQ(program.line(), "package GET /packages/web/1.1.0/web-1.1.0: 200");
        EXPECT_EQ(get(url, "/packages/db/2.0.0/web-1.1.0"), "hello");
        EXPECT_EQ(program.end(signal), 0);
        EXPECT_EQ(program.errors(), "");
    }
}

TEST(MockServerProgram, IsQuietAfterItsFirstLineWhenTold)
{
    Program program({"--listen=127.0.0.1:0", "--quiet", "--sha256", "action", "--lenient"});
    const auto first = program.line();

    get(first.substr(first.find("http")), "/packages/web/1.1.0/none");

    EXPECT_EQ(program.end(SIGTERM), 0);
    EXPECT_EQ(program.rest(), "");
}

TEST(MockServerProgram, ShowsItsHelpOnOneScreen)
{
    Program program({"--help"});

    EXPECT_EQ(program.wait(), 0);
    const auto help = program.rest();
    for (const auto* option : {"--listen", "--publish", "--sha256", "--lenient", "--quiet", "Example"})
        EXPECT_THAT(help, HasSubstr(option));
    EXPECT_LE(std::count(help.begin(), help.end(), '\n'), 24);
}

TEST(MockServerProgram, EndsWith64AndAHintForAWrongOption)
{
    for (const auto& arguments : std::vector<std::vector<std::string>>{{"--lisen", "127.0.0.1:0"},
                                                                       {"--listen"},
                                                                       {"--listen", "127.0.0.1"},
                                                                       {"--listen", "127.0.0.1:65536"},
                                                                       {"--publish", "web=1.1.0"},
                                                                       {"--add", "web=1.1.0"},
                                                                       {"--publish", "=1=f"},
                                                                       {"--sha256", "md5"},
                                                                       {"--help=1"},
                                                                       {"--config", "f"},
                                                                       {"word"},
                                                                       {""}}) {
        Program program(arguments);

        EXPECT_EQ(program.wait(), 64) << arguments[0];
        EXPECT_THAT(program.errors(), MatchesRegex("baton-mock-server: [^\n]*--help\n")) << arguments[0];
        EXPECT_EQ(program.rest(), "");
    }
}

TEST(MockServerProgram, EndsWith64ForAVersionThatIsNone)
{
    Program program({"--listen", "127.0.0.1:0", "--publish", "web=newest=" MOCK_SERVER});

    EXPECT_EQ(program.wait(), 64);
    EXPECT_THAT(program.errors(), HasSubstr("\"newest\""));
}

TEST(MockServerProgram, EndsWith66ForAFileThatCannotBeRead)
{
    const baton::testing::TemporaryDirectory directory;
    for (const auto& file : {directory.path() / "none", directory.path()}) {
        Program program({"--listen", "127.0.0.1:0", "--publish", "web=1.1.0=" + file.string()});

        EXPECT_EQ(program.wait(), 66);
        EXPECT_THAT(program.errors(), HasSubstr(file.string()));
        EXPECT_EQ(program.rest(), "");
    }
}

TEST(MockServerProgram, EndsWith69ForAnAddressThatIsTaken)
{
    const Poco::Net::ServerSocket taken(Poco::Net::SocketAddress("127.0.0.1", 0));
    Program program({"--listen", taken.address().toString()});

    EXPECT_EQ(program.wait(), 69);
    EXPECT_THAT(program.errors(), StartsWith("baton-mock-server: the address cannot be had"));
}

} // namespace
} // namespace baton::mock
