#include "protocol/Codec.h"
#include "tests/server-mock/Client.h"

#include <Poco/Exception.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace baton::mock {
namespace {

using ::testing::HasSubstr;

constexpr const char* Path = "/packages/web/1.1.0/payload";

class Faulty : public ::testing::Test {
protected:
    Faulty() { server.publishBytes("web", "1.1.0", "0123456789"); }

    Reply check() const { return post(server, checkOf("web", "1.0.0")); }
    Reply get(const Headers& headers = {}) const { return ask(server, "GET", Path, {}, headers); }

    MockServer server;
};

TEST_F(Faulty, AnswersWithAStatusForAsManyRequestsAsItWasTold)
{
    server.fail({2, On::Check, What::Status, 503});
    server.fail({1, On::Package, What::Status, 404});

    for (int i = 0; i < 2; ++i) EXPECT_EQ(check().status, 503);
    EXPECT_EQ(get().status, 404);

    EXPECT_EQ(check().status, 200);
    EXPECT_EQ(get().status, 200);
    EXPECT_EQ(server.requests().at(1).status, 503);
}

TEST_F(Faulty, UsesFaultsUpInTheirOrder)
{
    server.fail({1, On::Check, What::Status, 500});
    server.fail({1, On::Check, What::Status, 429});

    EXPECT_EQ(check().status, 500);
    EXPECT_EQ(check().status, 429);
}

TEST_F(Faulty, KeepsAnEventThatItFailsToAnswer)
{
    server.fail({1, On::Check, What::Cut, 0});

    post(server, tellingOf("web", {{3, 0, 10, {}, {}}}));

    EXPECT_EQ(server.events("m").size(), 1U);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Faulty, AnswersLate)
{
    constexpr auto Late = std::chrono::milliseconds(120);
    server.fail({1, On::Check, What::Delay, Late.count()});
    server.fail({1, On::Package, What::Delay, Late.count()});

    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(check().status, 200);
    const auto between = std::chrono::steady_clock::now();
    EXPECT_EQ(get().body, "0123456789");
    const auto end = std::chrono::steady_clock::now();

    EXPECT_GE(between - start, Late);
    EXPECT_GE(end - between, Late);
}

TEST_F(Faulty, EndsAtOnceWhileItIsLate)
{
    server.fail({1, On::Package, What::Delay, 3'600'000});
    std::thread client([this] { EXPECT_THROW(get(), Poco::Exception); });
    while (server.requests().empty()) std::this_thread::yield();

    server.stop();

    client.join();
}

TEST_F(Faulty, CutsABodyOfWhichItSaidTheLength)
{
    server.fail({1, On::Package, What::Cut, 3});
    server.fail({1, On::Package, What::Cut, 0});
    server.fail({1, On::Package, What::Cut, 2});
    server.fail({1, On::Check, What::Cut, 20});

    const auto cut = get();
    EXPECT_EQ(cut.headers.at("Content-Length"), "10");
    EXPECT_EQ(cut.body, "012");
    EXPECT_EQ(get().body, "01234");
    EXPECT_EQ(get({{"Range", "bytes=5-"}}).body, "56");
    const auto answer = check();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.size(), 20U);
    EXPECT_EQ(answer.headers.at("Content-Length"), std::to_string(check().body.size()));
}

TEST_F(Faulty, OffersWrongDigestsOfTheRightForm)
{
    const auto right = answerTo(server, checkOf("web", "1.0.0")).updatecheck->manifest.value();
    server.fail({1, On::Check, What::Digest, 0});

    const auto wrong = answerTo(server, checkOf("web", "1.0.0")).updatecheck->manifest.value();

    EXPECT_NE(wrong.packages[0].hashSha256, right.packages[0].hashSha256);
    EXPECT_NE(wrong.packages[0].hashSha1, right.packages[0].hashSha1);
    EXPECT_EQ(wrong.packages[0].size, right.packages[0].size);
    EXPECT_EQ(answerTo(server, checkOf("web", "1.0.0")).updatecheck->manifest.value(), right);
}

TEST_F(Faulty, SendsAPackageWithOneWrongByte)
{
    server.fail({2, On::Package, What::Digest, 0});

    const auto wrong = get();

    EXPECT_EQ(wrong.body.size(), 10U);
    EXPECT_NE(wrong.body[0], '0');
    EXPECT_EQ(wrong.body.substr(1), "123456789");
    EXPECT_NE(get({{"Range", "bytes=5-"}}).body, "56789");
}

TEST_F(Faulty, AnswersWhatIsNoOmahaAndNoPackage)
{
    server.fail({1, On::Check, What::Malformed, 0});
    server.fail({1, On::Package, What::Malformed, 0});

    const auto answer = check();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("Content-Length"), std::to_string(answer.body.size()));
    EXPECT_THROW(protocol::decodeResponse(answer.body), protocol::DecodeError);
    const auto page = get();
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("<html>"));
}

TEST_F(Faulty, IsHealed)
{
    server.fail({1000, On::Check, What::Status, 503});
    server.fail({1000, On::Package, What::Malformed, 0});

    server.heal();

    EXPECT_EQ(check().status, 200);
    EXPECT_EQ(get().body, "0123456789");
    EXPECT_THROW(server.fail({0, On::Check, What::Cut, 0}), std::invalid_argument);
    EXPECT_THROW(server.fail({1, On::Check, What::Status, 1000}), std::invalid_argument);
}

} // namespace
} // namespace baton::mock
