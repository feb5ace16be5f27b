#include "client/exporter/Exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::exporter {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* Text = "baton_serving 1\n";

TEST(Exporter, AnswersWithTheTextThatThereIs)
{
    const auto answer = answerTo("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", Text);
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nbaton_serving 1\n")));
    EXPECT_THAT(answer, AllOf(HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
                              HasSubstr("Content-Length: 16\r\n"), HasSubstr("Connection: Close\r\n")));
    EXPECT_THAT(answerTo("GET /metrics?x=1 HTTP/1.0\r\n\r\n", Text), StartsWith("HTTP/1.1 200 "));
}

TEST(Exporter, SaysToHeadHowLongItWouldBe)
{
    const auto answer = answerTo("HEAD /metrics HTTP/1.1\r\n\r\n", Text);
    EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 16\r\n"), EndsWith("\r\n\r\n")));
}

TEST(Exporter, SaysWhyNot)
{
    EXPECT_THAT(answerTo("GET / HTTP/1.1\r\n\r\n", Text), AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("/metrics")));
    EXPECT_THAT(answerTo("GET /metrics/x HTTP/1.1\r\n\r\n", Text), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(answerTo("POST /metrics HTTP/1.1\r\n\r\n", Text),
                AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n")));
    EXPECT_THAT(answerTo("GET /metrics HTTP/1.1\r\n\r\n", ""), StartsWith("HTTP/1.1 503 "));
}

TEST(Exporter, RefusesWhatIsNoRequest)
{
    for (const auto* asked : {"\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\n\n", "GET /metrics\r\n\r\n"})
        EXPECT_THAT(answerTo(asked, Text), AllOf(StartsWith("HTTP/1.1 400 "), Not(HasSubstr("baton_serving"))))
            << asked;
    EXPECT_THAT(answerTo("GET /" + std::string(9000, 'a'), Text), StartsWith("HTTP/1.1 400 "));
}

} // namespace
} // namespace baton::exporter
