#include "client/fetch/Response.h"

#include <gtest/gtest.h>

namespace baton::fetch {
namespace {

std::string validator(transport::Headers headers) { return validatorOf({200, std::move(headers), 10}); }

constexpr const char* Changed = "Mon, 23 Nov 2026 10:00:00 GMT";
constexpr const char* MinuteLater = "Mon, 23 Nov 2026 10:01:00 GMT";

TEST(Validator, IsAStrongETag)
{
    EXPECT_EQ(validator({{"ETag", "\"a\""}}), "\"a\"");
    EXPECT_EQ(validator({{"etag", "\"\""}, {"Last-Modified", Changed}}), "\"\"");
}

TEST(Validator, IsNeverAWeakOrAMisspeltETagNorTheDateBesideIt)
{
    for (const auto* tag : {"W/\"a\"", "w/\"a\"", "a", "\"a", "\"", "\"a\", \"b\"", "\"a\nb\""})
        EXPECT_EQ(validator({{"ETag", tag}, {"Last-Modified", Changed}, {"Date", MinuteLater}}), "") << tag;
}

TEST(Validator, IsADateOnlyWhenNothingCanHaveChangedWithinItsSecond)
{
    EXPECT_EQ(validator({{"Last-Modified", Changed}, {"Date", MinuteLater}}), Changed);
    EXPECT_EQ(validator({{"Last-Modified", Changed}, {"Date", "Mon, 23 Nov 2026 10:00:59 GMT"}}), "");
    EXPECT_EQ(validator({{"Last-Modified", MinuteLater}, {"Date", Changed}}), "");
    EXPECT_EQ(validator({{"Last-Modified", Changed}}), "");
    EXPECT_EQ(validator({{"Last-Modified", "yesterday"}, {"Date", MinuteLater}}), "");
}

TEST(Status, PassesWhenTheServerIsBusyOrBroken)
{
    for (const int status : {408, 429, 500, 502, 503, 504}) EXPECT_TRUE(isPassing(status)) << status;
    for (const int status : {200, 206, 302, 400, 403, 404, 410, 416}) EXPECT_FALSE(isPassing(status)) << status;
}

} // namespace
} // namespace baton::fetch
