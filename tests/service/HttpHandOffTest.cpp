// Hand-offs under load: every request is answered, by one generation or the next, and none is repeated.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Sockets.h"
#include "tests/service/RawClient.h"
#include "tests/support/load/Load.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <future>
#include <memory>
#include <string>

namespace baton::service {
namespace {

constexpr Duration Drain(10'000);
constexpr Duration Beside(50); // how long both serve
constexpr int HandOffs = 20;

// Asks in a thread of its own until it is told to stop.
class Asking {
public:
    explicit Asking(load::Options options)
        : stop_(::eventfd(0, EFD_CLOEXEC)),
          report_(std::async(std::launch::async, [this, options] { return load::Load(options).run(stop_.get()); }))
    {
    }

    load::Report end()
    {
        const std::uint64_t one = 1;
        EXPECT_EQ(::write(stop_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
        return report_.get();
    }

private:
    os::UniqueFd stop_;
    std::future<load::Report> report_;
};

std::unique_ptr<GracefulHttpServer> serverOf(int version, const Poco::Net::ServerSocket& socket, bool tls)
{
    HttpSettings settings;
    if (tls) settings.tls = serverContext();
    settings.workers = 4;
    auto server = std::make_unique<GracefulHttpServer>(makeHandlers(std::to_string(version)), socket, settings);
    server->start();
    return server;
}

// Both serve for a moment, then the old one leaves; twenty times.
load::Report handOverUnder(const load::Options& load, const Poco::Net::ServerSocket& socket)
{
    auto serving = serverOf(0, socket, load.tls);
    Asking asking(load);
    for (int version = 1; version <= HandOffs; ++version) {
        auto next = serverOf(version, socket, load.tls);
        EXPECT_FALSE(serving->waitUntilDrained(Beside));
        serving->drain(Drain);
        EXPECT_TRUE(serving->waitUntilDrained(Drain))
            << "version " << version - 1 << " holds " << serving->connections();
        serving->stop();
        serving = std::move(next);
    }
    return asking.end();
}

load::Options optionsFor(const Poco::Net::ServerSocket& socket)
{
    load::Options options;
    options.target = os::parseListenAddress("target=" + addressOf(socket));
    return options;
}

void expectAllAnswered(const load::Report& report)
{
    EXPECT_GT(report.answered(), 500U);
    EXPECT_EQ(report.answered(), report.sent()) << load::printText(report);
    EXPECT_EQ(report.failed(), 0U) << load::printText(report);
    EXPECT_GT(report.versions.size(), HandOffs / 2U);
}

TEST(HttpHandOff, LosesNoRequestOnNewConnections)
{
    const auto socket = listenSomewhere();
    auto options = optionsFor(socket);
    options.newPerSecond = 1000;

    expectAllAnswered(handOverUnder(options, socket));
}

TEST(HttpHandOff, LosesNoRequestOnKeptConnections)
{
    const auto socket = listenSomewhere();
    auto options = optionsFor(socket);
    options.keptPerSecond = 1000;
    options.keptConnections = 64;

    expectAllAnswered(handOverUnder(options, socket));
}

TEST(HttpHandOff, LosesNoRequestOfBothTogether)
{
    const auto socket = listenSomewhere();
    auto options = optionsFor(socket);
    options.newPerSecond = options.keptPerSecond = 500;
    options.keptConnections = 200; // each used now and then

    expectAllAnswered(handOverUnder(options, socket));
}

TEST(HttpHandOff, LosesNoRequestByTls)
{
    const auto socket = listenSomewhere();
    auto options = optionsFor(socket);
    options.tls = true;
    options.newPerSecond = 100;
    options.keptPerSecond = 500;
    options.keptConnections = 64;

    expectAllAnswered(handOverUnder(options, socket));
}

} // namespace
} // namespace baton::service
