#include "tests/support/load/Load.h"

#include "client/os/Sockets.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <poll.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace baton::load {
namespace {

// Reads up to the end of one request's head; whether there was one.
bool readRequest(int socket)
{
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
        std::array<char, 1024> bytes{};
        const auto length = ::recv(socket, bytes.data(), bytes.size(), 0);
        if (length <= 0) return false;
        text.append(bytes.data(), static_cast<std::size_t>(length));
    }
    return true;
}

void answer(int socket, const std::string& fields = "", const std::string& status = "200 OK")
{
    const auto text = "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: 13\r\n\r\n1.0.0 hello!\n";
    [[maybe_unused]] const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

// Serves one connection after the other, each as `serve` says.
class OneByOneServer {
public:
    explicit OneByOneServer(std::function<void(int socket)> serve)
        : listener_(os::listenOn(os::parseListenAddress("web=127.0.0.1:0"))),
          thread_([this, serve = std::move(serve)] { run(serve); })
    {
    }
    ~OneByOneServer()
    {
        ending_ = true;
        thread_.join();
    }

    Options optionsFor() const
    {
        Options options;
        options.target = os::parseListenAddress("target=" + os::boundAddress(listener_.get()));
        options.duration = Duration(200);
        options.timeout = Duration(2000);
        return options;
    }

private:
    void run(const std::function<void(int)>& serve)
    {
        while (!ending_) {
            pollfd watched{listener_.get(), POLLIN, 0};
            if (::poll(&watched, 1, 10) != 1) continue;
            const os::UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (connection) serve(connection.get());
        }
    }

    os::UniqueFd listener_;
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

std::uint64_t count(const Counts& counts, Trouble trouble)
{
    return counts.failures[static_cast<std::size_t>(trouble)];
}

TEST(Load, CountsAnswersByVersionOnNewConnections)
{
    OneByOneServer server([](int socket) {
        if (readRequest(socket)) answer(socket, "Connection: close\r\n");
    });
    auto options = server.optionsFor();
    options.newPerSecond = 100;
    std::string seen;
    Load load(options);
    load.onNewVersion = [&seen](const std::string& version, Micros, Mode) { seen += version; };

    const auto report = load.run(-1);

    EXPECT_GE(report.sent(), 20U);
    EXPECT_EQ(report.answered(), report.sent());
    EXPECT_EQ(report.failed(), 0U);
    EXPECT_EQ(report.versions.at("1.0.0").answered, report.answered());
    EXPECT_EQ(seen, "1.0.0");
}

TEST(Load, CountsWhatComesTooLateApartFromWhatFailed)
{
    OneByOneServer server([](int socket) {
        if (!readRequest(socket)) return;
        ::poll(nullptr, 0, 20); // A poll of nothing: the answer is late by at least so much.
        answer(socket, "Connection: close\r\n");
    });
    auto options = server.optionsFor();
    options.newPerSecond = 20;
    options.slow = Duration(10);
    options.timeout = Duration(20'000);

    const auto late = Load(options).run(-1);
    EXPECT_GT(late.answered(), 0U);
    EXPECT_EQ(late.slow(), late.answered());
    EXPECT_EQ(late.failed(), 0U);

    options.slow = options.timeout;
    EXPECT_EQ(Load(options).run(-1).slow(), 0U);
}

TEST(Load, TellsOfEachRequestOnceWhenItWasDueAndHowItEnded)
{
    bool odd = false;
    OneByOneServer server([&odd](int socket) {
        if (readRequest(socket)) answer(socket, "Connection: close\r\n", (odd = !odd) ? "200 OK" : "503 Busy");
    });
    auto options = server.optionsFor();
    options.newPerSecond = 100;
    std::vector<Ended> ended;
    Load load(options);
    load.onEnd = [&ended](const Ended& each) { ended.push_back(each); };

    const auto report = load.run(-1);

    EXPECT_EQ(ended.size(), report.sent());
    std::uint64_t answered = 0;
    for (const auto& each : ended) {
        EXPECT_LE(each.asked.due, each.at);
        EXPECT_EQ(each.version, each.trouble ? "" : "1.0.0");
        if (!each.trouble) ++answered;
    }
    EXPECT_EQ(answered, report.answered());
    EXPECT_EQ(ended.size() - answered, count(report.of(Mode::New), Trouble::BadStatus));
}

TEST(Load, UsesAKeptConnectionAgainAndOpensAnotherWhenToldTo)
{
    OneByOneServer server([](int socket) {
        for (int i = 0; i < 5 && readRequest(socket); ++i) answer(socket, i == 4 ? "Connection: close\r\n" : "");
    });
    auto options = server.optionsFor();
    options.keptPerSecond = 100;
    options.keptConnections = 1;

    const auto report = Load(options).run(-1);

    EXPECT_GE(report.sent(), 20U);
    EXPECT_EQ(report.failed(), 0U);
    EXPECT_EQ(report.answered(), report.sent());
    EXPECT_GE(report.opened, report.sent() / 5);
    EXPECT_LE(report.opened, report.sent() / 5 + 1);
}

TEST(Load, TellsWhatWasTakenFromWhatWasUnread)
{
    OneByOneServer takes([](int socket) { readRequest(socket); });
    OneByOneServer leaves([](int socket) {
        char byte = 0;
        ::recv(socket, &byte, 1, MSG_PEEK);
    });

    for (auto* server : {&takes, &leaves}) {
        auto options = server->optionsFor();
        options.newPerSecond = 50;
        const auto report = Load(options).run(-1);

        const auto expected = server == &takes ? Trouble::Taken : Trouble::Unread;
        EXPECT_EQ(count(report.of(Mode::New), expected), report.sent());
        EXPECT_EQ(report.failed(), report.sent());
    }
}

TEST(Load, RepeatsOnlyOnAReusedConnectionAndOnlyWhenAsked)
{
    const auto answerOnceThenLeave = [](int socket) {
        if (readRequest(socket)) answer(socket);
        char byte = 0;
        ::recv(socket, &byte, 1, MSG_PEEK);
    };
    OneByOneServer server(answerOnceThenLeave);
    auto options = server.optionsFor();
    options.keptPerSecond = 50;
    options.keptConnections = 1;

    const auto strict = Load(options).run(-1);
    options.repeatUnread = true;
    const auto lenient = Load(options).run(-1);

    EXPECT_GT(count(strict.of(Mode::Kept), Trouble::Unread), 0U);
    EXPECT_EQ(lenient.failed(), 0U);
    EXPECT_EQ(lenient.answered(), lenient.sent());
    EXPECT_GT(lenient.of(Mode::Kept).repeated, 0U);
}

TEST(Load, NamesEachKindOfFailure)
{
    struct Case {
        std::function<void(int)> serve;
        Trouble expected;
    };
    const std::vector<Case> cases{
        {[](int socket) {
             if (readRequest(socket)) answer(socket, "", "503 Busy");
         },
         Trouble::BadStatus},
        {[](int socket) {
             if (readRequest(socket)) ::send(socket, "HTTP/1.1 200", 12, MSG_NOSIGNAL);
         },
         Trouble::Cut},
        {[](int socket) {
             if (readRequest(socket)) ::send(socket, "nonsense\r\n\r\n", 12, MSG_NOSIGNAL);
         },
         Trouble::Malformed},
    };
    for (const auto& each : cases) {
        OneByOneServer server(each.serve);
        auto options = server.optionsFor();
        options.newPerSecond = 50;

        const auto report = Load(options).run(-1);

        EXPECT_EQ(count(report.of(Mode::New), each.expected), report.sent())
            << TroubleNames[static_cast<int>(each.expected)];
    }
}

TEST(Load, CountsWhatNobodyTakes)
{
    Options options;
    {
        const auto listener = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
        options.target = os::parseListenAddress("target=" + os::boundAddress(listener.get()));
    }
    options.newPerSecond = options.keptPerSecond = 100;
    options.keptConnections = 2;
    options.duration = Duration(100);

    const auto report = Load(options).run(-1);

    EXPECT_GE(report.sent(), 20U);
    EXPECT_EQ(count(report.of(Mode::New), Trouble::Refused) + count(report.of(Mode::Kept), Trouble::Refused),
              report.sent());
}

TEST(Load, GivesUpOnWhoNeverAnswers)
{
    const auto listener = os::listenOn(os::parseListenAddress("web=127.0.0.1:0")); // The queue accepts, nobody answers.
    Options options;
    options.target = os::parseListenAddress("target=" + os::boundAddress(listener.get()));
    options.newPerSecond = 50;
    options.duration = Duration(100);
    options.timeout = Duration(200);

    const auto report = Load(options).run(-1);

    EXPECT_EQ(count(report.of(Mode::New), Trouble::Timeout), report.sent());
}

TEST(Load, PrintsItsReportForPeopleAndMachines)
{
    Report report;
    report.of(Mode::New).sent = 3;
    report.of(Mode::New).answered = 2;
    report.of(Mode::New).failures[static_cast<std::size_t>(Trouble::Reset)] = 1;
    report.of(Mode::New).latencies = {1000, 3000};
    report.versions["1.0.0"] = {2, Micros(1000), Micros(2000)};

    EXPECT_NE(printText(report).find("3 requests in 0.0 s: 2 answered, 1 failed"), std::string::npos);
    EXPECT_NE(printText(report).find("reset 1"), std::string::npos);
    EXPECT_NE(printJson(report).find("\"max\": 3.0"), std::string::npos);
}

} // namespace
} // namespace baton::load
