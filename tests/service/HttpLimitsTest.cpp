// What clients can do to a GracefulHttpServer, by being many, slow or wrong.
// SPDX-License-Identifier: Apache-2.0
#include "tests/service/RawClient.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace baton::service {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

HttpSettings impatient()
{
    HttpSettings settings;
    settings.workers = 2;
    settings.headTimeout = Duration(200);
    settings.ioTimeout = Duration(200);
    settings.keepAlive = Duration(200);
    settings.keepAliveGrace = Duration(0);
    return settings;
}

std::ptrdiff_t threadCount()
{
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

struct HttpLimits : testing::Test {
    Poco::Net::ServerSocket socket = listenSomewhere();
    std::string address = addressOf(socket);
};

TEST_F(HttpLimits, HoldsFourThousandIdleConnectionsWithFewThreads)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    constexpr std::size_t Clients = 4000; // Both ends are ours.
    if (limit.rlim_max < 2 * Clients + 200) GTEST_SKIP() << "NOT RUN: only " << limit.rlim_max << " descriptors";
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    HttpSettings settings;
    settings.workers = 4;
    settings.headTimeout = settings.keepAlive = Duration(300'000);
    std::thread([] {}).join(); // ThreadSanitizer starts a thread of its own beside the first.
    const auto before = threadCount();
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();

    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < Clients; ++i) {
        clients.push_back(std::make_unique<RawClient>(address));
        const bool asks = i % 2 == 0; // the others have yet to
        EXPECT_TRUE(!asks || clients.back()->get("/").ends_with("1.0.0\n"));
    }
    for (const std::size_t i : {0U, 1U, 2000U, 3999U}) EXPECT_THAT(clients[i]->get("/"), EndsWith("1.0.0\n"));

    EXPECT_EQ(server.connections(), Clients);
    EXPECT_EQ(threadCount() - before, 5);
}

TEST_F(HttpLimits, AnswersOthersWhileClientsAreSilentInTheirHeads)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, impatient());
    server.start();
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 50; ++i) {
        slow.push_back(std::make_unique<RawClient>(address));
        slow.back()->send("GET / HTTP/1.1\r\nHo");
    }

    EXPECT_THAT(RawClient(address).get("/"), EndsWith("1.0.0\n"));
    for (auto& client : slow) EXPECT_THAT(client->rest(), StartsWith("HTTP/1.1 408"));
}

TEST_F(HttpLimits, ClosesWhoNeverAsks)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, impatient());
    server.start();
    RawClient fresh(address);
    RawClient idle(address);
    EXPECT_THAT(idle.get("/"), EndsWith("1.0.0\n"));

    EXPECT_TRUE(fresh.isClosed());
    EXPECT_TRUE(idle.isClosed());
}

TEST_F(HttpLimits, FreesTheWorkerOfABodyThatNeverComes)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, impatient());
    server.start();
    RawClient first(address);
    RawClient second(address);
    for (auto* client : {&first, &second})
        client->send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nhalf");

    EXPECT_THAT(RawClient(address).get("/"), EndsWith("1.0.0\n"));
}

TEST_F(HttpLimits, FreesTheWorkerOfAReaderThatDoesNotRead)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, impatient());
    server.start();
    RawClient first(address);
    RawClient second(address);
    for (auto* client : {&first, &second}) client->send("GET /big HTTP/1.1\r\nHost: test\r\n\r\n");

    EXPECT_THAT(RawClient(address).get("/"), EndsWith("1.0.0\n"));
}

TEST_F(HttpLimits, FreesTheWorkerOfABodyThatTrickles)
{
    auto settings = impatient();
    settings.workers = 1;
    settings.leastBytesPerSecond = 100'000;
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient slow(address);
    slow.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n");
    RawClient waiting(address);
    waiting.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");

    // A byte each 20 ms is always progress, and never enough of it.
    const auto from = std::chrono::steady_clock::now();
    char byte = 0;
    const timeval moment{0, 20'000};
    ::setsockopt(waiting.fd(), SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    while (::recv(waiting.fd(), &byte, 1, MSG_PEEK) < 0 &&
           std::chrono::steady_clock::now() - from < std::chrono::seconds(9))
        slow.send("x");

    EXPECT_THAT(waiting.answer(), EndsWith("1.0.0\n"));
}

TEST_F(HttpLimits, RefusesWhatIsNoRequest)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket);
    server.start();
    for (const auto& [text, status] : std::vector<std::pair<std::string, std::string>>{
             {"nonsense\r\n\r\n", "HTTP/1.1 400"},
             {"GET / HTTP/1.1\nHost: test\n\n", "HTTP/1.1 400"},
             {"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400"},
             {"GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 505"},
             {"GET / HTTP/1.1\r\n" + std::string(20'000, 'x'), "HTTP/1.1 431"},
             {"GET / HTTP/1.1\r\n" + std::string(300, 'x') + ": 1\r\n\r\n", "HTTP/1.1 400"}}) { // Poco's own limit
        RawClient client(address);
        client.send(text);
        EXPECT_THAT(client.rest(), StartsWith(status)) << text;
    }
}

TEST_F(HttpLimits, LeavesTheRestInTheQueueWhenItHasEnough)
{
    auto settings = HttpSettings();
    settings.mostConnections = 2;
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    auto first = std::make_unique<RawClient>(address);
    RawClient second(address);
    EXPECT_THAT(first->get("/"), EndsWith("1.0.0\n"));
    EXPECT_THAT(second.get("/"), EndsWith("1.0.0\n"));
    RawClient third(address);
    third.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    EXPECT_THAT(second.get("/"), EndsWith("1.0.0\n"));
    EXPECT_EQ(server.connections(), 2U);

    first.reset();

    EXPECT_THAT(third.answer(), EndsWith("1.0.0\n"));
}

// The process may have no descriptor beyond the next one.
class OneDescriptorLeft {
public:
    OneDescriptorLeft()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::dup(0);
        ::close(next);
        auto limit = before_;
        limit.rlim_cur = static_cast<rlim_t>(next) + 1;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ~OneDescriptorLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

TEST_F(HttpLimits, WaitsForDescriptorsAndSaysSoOnce)
{
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> complaints;
    auto settings = HttpSettings();
    settings.complaints = [&](const std::string& line) {
        const std::scoped_lock lock(mutex);
        complaints.push_back(line);
        changed.notify_all();
    };
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    auto limit = std::make_optional<OneDescriptorLeft>();

    RawClient client(address); // takes the last one
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    {
        std::unique_lock lock(mutex);
        ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return !complaints.empty(); }));
    }
    limit.reset();

    EXPECT_THAT(client.answer(), EndsWith("1.0.0\n"));
    server.stop();
    EXPECT_THAT(complaints, ElementsAre(HasSubstr("EMFILE")));
}

} // namespace
} // namespace baton::service
