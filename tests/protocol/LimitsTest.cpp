// How much a document may be: the most is taken, and one more is refused with its reason.
#include "protocol/Codec.h"
#include "protocol/Element.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

namespace baton::protocol {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string times(std::size_t count, const std::function<std::string(std::size_t)>& piece)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += piece(i);
    return text;
}

std::string repeated(std::size_t count, const std::string& piece)
{
    return times(count, [&](std::size_t) { return piece; });
}

std::string list(std::size_t count, const std::string& piece) { return piece + repeated(count - 1, ',' + piece); }

std::string xml(const std::string& inside) { return R"(<response protocol="3.0">)" + inside + "</response>"; }
std::string json(const std::string& members) { return R"({"response":{"protocol":"3.1",)" + members + "}}"; }

std::string attributes(std::size_t count)
{
    return times(count, [](std::size_t i) { return " a" + std::to_string(i) + "=\"\""; });
}

std::string members(std::size_t count)
{
    return times(count, [](std::size_t i) { return (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":0"; });
}

struct Limit {
    const char* name;
    std::size_t most;
    std::function<std::string(std::size_t)> document; ///< that has so many of it
    const char* refusal;

    friend void PrintTo(const Limit& limit, std::ostream* out) { *out << limit.most; }
};

// The elements and members around what is counted are counted, too.
const Limit Limits[] = {
    {"bytesOfXml", LongestDocument, [](std::size_t count) { return xml(std::string(count - xml("").size(), ' ')); },
     "512 KiB"},
    {"bytesOfJson", LongestDocument,
     [](std::size_t count) { return std::string(count - json(R"("app":[])").size(), ' ') + json(R"("app":[])"); },
     "512 KiB"},
    {"levelsOfXml", 16, [](std::size_t count) { return xml(repeated(count - 1, "<a>") + repeated(count - 1, "</a>")); },
     "deeper than 16"},
    {"levelsOfJson", 24,
     [](std::size_t count) { return json(R"("a":)" + repeated(count - 2, "[") + repeated(count - 2, "]")); },
     "deeper than 24"},
    {"levelsOfAnApplicationsOwn", 24,
     [](std::size_t count) { return json(R"("_a":)" + repeated(count - 2, "[") + repeated(count - 2, "]")); },
     "deeper than 24"},
    {"elementsOfXml", 1'000, [](std::size_t count) { return xml(repeated(count - 1, "<a/>")); }, "1000 elements"},
    {"objectsOfJson", 1'000, [](std::size_t count) { return json("\"a\":[" + list(count - 1, "{}") + ']'); },
     "1000 objects"},
    {"objectsOfAnApplicationsOwn", 1'000,
     [](std::size_t count) { return json("\"_a\":[" + list(count - 1, "{}") + ']'); }, "1000 objects"},
    {"apps", 256,
     [](std::size_t count) {
         return xml(
             times(count, [](std::size_t i) { return "<app appid=\"" + std::to_string(i) + "\" status=\"ok\"/>"; }));
     },
     "256 apps"},
    {"appsOfJson", 256,
     [](std::size_t count) {
         return json(
             "\"app\":[" +
             times(count,
                   [](std::size_t i) { return (i == 0 ? "" : ",") + (R"({"appid":")" + std::to_string(i)) + "\"}"; }) +
             ']');
     },
     "256 apps"},
    {"attributesOfAnElement", 64, [](std::size_t count) { return xml("<a" + attributes(count) + "/>"); },
     "more than 64 attributes"},
    {"membersOfAnObject", 128, [](std::size_t count) { return json("\"a\":{" + members(count) + '}'); },
     "more than 128 members"},
    {"membersOfAnApplicationsOwn", 128, [](std::size_t count) { return json("\"_a\":{" + members(count) + '}'); },
     "more than 128 members"},
    {"attributesOfXml", 8'000,
     [](std::size_t count) {
         return xml(repeated((count - 1) / 64, "<a" + attributes(64) + "/>") + "<a" + attributes((count - 1) % 64) +
                    "/>");
     },
     "8000 attributes"},
    {"membersOfJson", 8'000,
     [](std::size_t count) {
         const auto left = count - 3; // response, protocol and the list
         return json("\"a\":[" + repeated(left / 100, '{' + members(100) + "},") + '{' + members(left % 100) + "}]");
     },
     "8000 members"},
    {"textOfXml", 64 * 1024,
     [](std::size_t count) {
         return xml(R"(<app appid="a" status="ok"><data>)" + std::string(count, 'x') + "</data></app>");
     },
     "64 KiB of text"},
};

std::string reasonFor(const std::string& document)
{
    try {
        (void)decodeResponse(document);
        return {};
    } catch (const DecodeError& error) {
        return error.what();
    }
}

struct Limited : ::testing::TestWithParam<Limit> {};

TEST_P(Limited, TakesTheMostAndNotOneMore)
{
    const auto& limit = GetParam();

    EXPECT_THAT(reasonFor(limit.document(limit.most)), IsEmpty());
    EXPECT_THAT(reasonFor(limit.document(limit.most + 1)), HasSubstr(limit.refusal));
}

INSTANTIATE_TEST_SUITE_P(all, Limited, ::testing::ValuesIn(Limits),
                         [](const auto& limit) { return std::string(limit.param.name); });

} // namespace
} // namespace baton::protocol
