// The example service updates itself: real processes, a real server, a client that keeps asking.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Errors.h"
#include "client/os/Sockets.h"
#include "server-mock/MockServer.h"
#include "tests/service/RawClient.h"
#include "tests/service/ServiceProcess.h"
#include "tests/support/TemporaryDirectory.h"
#include "tests/support/load/Load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace baton::service {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

// A client in a thread of its own, from now until stop().
class Clients {
public:
    explicit Clients(const std::string& address)
        : stop_(os::check(::eventfd(0, EFD_CLOEXEC), "make an eventfd")),
          thread_([this, address] {
              load::Options options;
              options.target = os::parseListenAddress("target=" + address);
              options.newPerSecond = options.keptPerSecond = 100;
              options.keptConnections = 8;
              report_ = load::Load(options).run(stop_.get());
          })
    {
    }
    ~Clients() { stop(); }
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;

    const load::Report& stop()
    {
        if (thread_.joinable()) {
            ::eventfd_write(stop_.get(), 1);
            thread_.join();
        }
        return report_;
    }

private:
    os::UniqueFd stop_;
    load::Report report_;
    std::thread thread_;
};

struct SelfUpdate : ::testing::Test {
    testing::TemporaryDirectory directory;
    mock::MockServer server;
    std::string state = directory.path() / "state";

    // The same program, other bytes: each release has a digest of its own.
    std::filesystem::path release(const std::string& version, const std::string& executable = HELLO_SERVER) const
    {
        auto path = directory.path() / ("hello-" + version);
        std::filesystem::copy_file(executable, path);
        std::ofstream(path, std::ios::app | std::ios::binary) << "release " << version;
        return path;
    }

    std::vector<std::string> options() const
    {
        return {"--server",          server.url() + "/v1/update/",
                "--app-id",          "io.example.hello",
                "--app-version",     "1.0.0",
                "--state-dir",       state,
                "--listen",          "web=127.0.0.1:0",
                "--interval",        "100ms",
                "--jitter",          "0s",
                "--probation",       "300ms",
                "--probation-alone", "300ms",
                "--drain-timeout",   "10s"};
    }

    ServiceProcess::Options service(const std::filesystem::path& executable,
                                    const std::vector<std::string>& words = {}) const
    {
        ServiceProcess::Options service;
        service.executable = executable;
        service.arguments = options();
        service.arguments.insert(service.arguments.end(), words.begin(), words.end());
        return service;
    }

    // Where it listens, once it serves.
    static std::string addressOf(ServiceProcess& process)
    {
        if (!process.awaitSaid("1.0.0 serves\n")) throw std::runtime_error("it does not serve: " + process.said());
        const auto& said = process.said();
        const std::string before = "listening on web=";
        const auto begin = said.find(before) + before.size();
        return said.substr(begin, said.find('\n', begin) - begin);
    }

    static int count(const std::string& text, const std::string& part)
    {
        int found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
        return found;
    }

    static pid_t servingPid(const std::string& address)
    {
        const auto answer = RawClient(address).get("/", "Connection: close\r\n");
        return static_cast<pid_t>(std::atoi(answer.c_str() + answer.rfind(' ')));
    }
};

TEST_F(SelfUpdate, ReplacesItselfWithoutLosingARequest)
{
    ServiceProcess hello(service(release("1.0.0")));
    const auto address = addressOf(hello);
    EXPECT_THAT(RawClient(address).get("/"), HasSubstr("\r\n\r\n1.0.0 generation 1 pid "));
    Clients clients(address);

    server.publish("io.example.hello", "1.1.0", release("1.1.0"));

    EXPECT_TRUE(hello.awaitSaid("1.1.0 tried out in")) << "the try-out is a token unless somebody says otherwise";
    EXPECT_TRUE(hello.awaitSaid("1.1.0 committed"));
    EXPECT_TRUE(hello.awaitSaid("1.0.0 (generation 1) has ended with exit code 0"));
    EXPECT_THAT(RawClient(address).get("/"), HasSubstr("\r\n\r\n1.1.0 generation 2 pid "));
    const auto& report = clients.stop();
    EXPECT_EQ(report.failed(), 0U) << load::printText(report);
    EXPECT_THAT(report.versions, AllOf(Contains(Key("1.0.0")), Contains(Key("1.1.0"))));
    hello.signal(SIGTERM);
    EXPECT_EQ(hello.end(), 0);
}

TEST_F(SelfUpdate, RefusesAReleaseThatDoesNotAnswerWithItsToken)
{
    ServiceProcess hello(service(release("1.0.0")));
    const auto address = addressOf(hello);

    server.publish("io.example.hello", "1.1.0", release("1.1.0", "/bin/true"));

    EXPECT_TRUE(hello.awaitSaid("1.1.0 refused: its try-out failed: it did not answer with its token"));
    EXPECT_THAT(RawClient(address).get("/"), HasSubstr("\r\n\r\n1.0.0 generation 1 pid "));
    EXPECT_THAT(hello.said(), Not(HasSubstr("1.1.0 starts")));
}

TEST_F(SelfUpdate, EndsWithTheSignalThatEndedTheProgram)
{
    ServiceProcess hello(service(release("1.0.0")));
    const auto pid = servingPid(addressOf(hello));
    ASSERT_NE(pid, hello.pid());

    ::kill(pid, SIGKILL);

    EXPECT_EQ(hello.end(), 128 + SIGKILL);
}

TEST_F(SelfUpdate, EndsWithTheProgramsExitCodeHavingConstructedItOnlyToServe)
{
    ServiceProcess ending(service(release("1.0.0", ENDING_MAIN), {"7"}));

    EXPECT_EQ(ending.end(), 7);
    EXPECT_EQ(count(ending.said(), "constructed\n"), 1) << ending.said();
}

TEST_F(SelfUpdate, IsAnOrdinaryProgramUnderAnotherBaton)
{
    const auto executable = release("1.0.0");
    auto outer = service(BATON);
    outer.arguments.insert(outer.arguments.begin(), "run");
    outer.arguments.insert(outer.arguments.end(), {"--", executable.string()});
    for (const auto& word : options()) outer.arguments.push_back(word); // It must not begin anew with these.
    ServiceProcess baton(outer);
    const auto address = addressOf(baton);

    EXPECT_THAT(RawClient(address).get("/"), HasSubstr("\r\n\r\n1.0.0 generation 1 pid "));
    EXPECT_EQ(count(baton.said(), "listening on"), 1) << baton.said();
    baton.signal(SIGTERM);
    EXPECT_EQ(baton.end(), 0);
}

TEST_F(SelfUpdate, TakesItsOptionsFromTheEnvironmentAndKeepsThemFromTheProgram)
{
    ServiceProcess::Options options;
    options.executable = release("1.0.0");
    options.environment = {"BATON_SERVER=" + server.url() + "/v1/update/", "BATON_APP_ID=io.example.hello",
                           "BATON_APP_VERSION=1.0.0", "BATON_LISTEN=web=127.0.0.1:0", "BATON_STATE_DIR=" + state};
    ServiceProcess hello(options);
    const auto pid = servingPid(addressOf(hello));

    std::ifstream file("/proc/" + std::to_string(pid) + "/environ");
    const std::string environment((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());

    EXPECT_THAT(environment, HasSubstr("BATON_RELEASE=1.0.0"));
    EXPECT_THAT(environment, HasSubstr("BATON_DRAIN_TIME=30s"));
    for (const auto* name :
         {"BATON_SERVER=", "BATON_APP_ID=", "BATON_APP_VERSION=", "BATON_LISTEN=", "BATON_STATE_DIR="})
        EXPECT_THAT(environment, Not(HasSubstr(name)));
}

TEST_F(SelfUpdate, TakesItsListenersFromSystemdAndTellsItWhenItIsReady)
{
    const auto notifyPath = directory.path() / "notify";
    const auto notify = os::receiveUnix(notifyPath);
    const auto listener = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    auto options = service(release("1.0.0"));
    options.environment = {"LISTEN_FDS=1", "LISTEN_FDNAMES=web", "NOTIFY_SOCKET=" + notifyPath.string()};
    options.listeners = {listener.get()}; // In place of the --listen of that name.
    ServiceProcess hello(options);

    EXPECT_EQ(addressOf(hello), os::boundAddress(listener.get()));
    std::string heard;
    for (pollfd watched{notify.get(), POLLIN, 0}; heard.find("READY=1") == std::string::npos;) {
        ASSERT_EQ(::poll(&watched, 1, 20'000), 1) << heard;
        std::array<char, 256> text{};
        const auto length = ::recv(notify.get(), text.data(), text.size(), 0);
        heard.append(text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))) += '\n';
    }
    EXPECT_THAT(RawClient(os::boundAddress(listener.get())).get("/"), HasSubstr("1.0.0 generation 1 pid "));
    hello.signal(SIGTERM);
    EXPECT_EQ(hello.end(), 0);
}

TEST_F(SelfUpdate, RefusesWhatWouldNotWorkBeforeAnythingIsTouched)
{
    auto options = service(release("1.0.0"), {"--", "{release}/data"});
    ServiceProcess tree(options);
    EXPECT_EQ(tree.end(), 64);
    EXPECT_THAT(tree.said(), HasSubstr("baton run"));

    options.arguments = {"--server", server.url()};
    ServiceProcess withoutId(options);
    EXPECT_EQ(withoutId.end(), 64);
    EXPECT_THAT(withoutId.said(), HasSubstr("--app-id"));
    EXPECT_FALSE(std::filesystem::exists(state));
}

} // namespace
} // namespace baton::service
