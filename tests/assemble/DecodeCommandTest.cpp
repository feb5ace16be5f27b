#include "client/assemble/DecodeCommand.h"

#include "client/assemble/UsageError.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace baton::assemble {
namespace {

using testing::HasSubstr;
using testing::Not;

int exitCodeOf(std::string_view kind, const std::string& message)
{
    try {
        canonicalJson(kind, message);
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
        return error.exitCode();
    }
    return 0;
}

// What a directory or a closed descriptor is behind std::cin.
struct Unreadable : std::streambuf {
    std::streamsize xsgetn(char*, std::streamsize) override { throw std::ios_base::failure("error reading the file"); }
    int_type underflow() override { throw std::ios_base::failure("error reading the file"); }
};

TEST(DecodeCommand, DoesNotTakeAnInputThatCannotBeReadForAnEmptyOne)
{
    Unreadable nothing;
    std::istream in(&nothing);
    std::ostringstream out;

    try {
        decodeCommand({"request"}, in, out);
        ADD_FAILURE() << "it was read";
    } catch (const UsageError& error) {
        EXPECT_EQ(error.exitCode(), 66);
        EXPECT_THAT(error.what(), HasSubstr("standard input cannot be read"));
    }
}

TEST(DecodeCommand, WritesARequestInJsonsNames)
{
    const auto json = canonicalJson("request", R"(<?xml version="1.0" encoding="UTF-8"?>
<request protocol="3.0" ismachine="1"><app appid="web" version="1.0.0" track="stable"><ping active="1"/><updatecheck/>
<event eventtype="3" eventresult="2" previousversion="0.9.0"/></app></request>)");

    EXPECT_EQ(json, R"({
  "request": {
    "protocol": "3.0",
    "ismachine": true,
    "app": [
      {
        "appid": "web",
        "version": "1.0.0",
        "track": "stable",
        "ping": {
          "active": 1
        },
        "updatecheck": {},
        "event": [
          {
            "eventtype": 3,
            "eventresult": 2,
            "previousversion": "0.9.0"
          }
        ]
      }
    ]
  }
}
)");
}

TEST(DecodeCommand, WritesAResponsesDigestsAsHex)
{
    const auto json = canonicalJson(
        "response",
        R"(<response protocol="3.0"><app appid="web" status="ok"><updatecheck status="ok"><urls><url codebase="http://h/"/></urls>
<manifest version="1.1.0"><packages><package name="p" size="4" hash="AAAAAAAAAAAAAAAAAAAAAAAAAAA=" required="true"
 hash_sha256="2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"/></packages></manifest></updatecheck></app></response>)");

    EXPECT_THAT(json, HasSubstr("\"hash\": \"0000000000000000000000000000000000000000\""));
    EXPECT_THAT(json,
                HasSubstr("\"hash_sha256\": \"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\""));
    EXPECT_THAT(json, HasSubstr("\"codebase\": \"http://h/\""));
    EXPECT_THAT(json, HasSubstr("\"size\": 4"));
}

TEST(DecodeCommand, EndsWith65AndOneLineForWhatIsNotOmaha)
{
    for (const auto* message :
         {"", "<request", "{}", "<!DOCTYPE x><request protocol='3.0'/>", "<response protocol='3.0'/>\n\n<x"})
        EXPECT_EQ(exitCodeOf("request", message), 65) << message;
    EXPECT_EQ(exitCodeOf("answer", ""), 64);
}

TEST(DecodeCommand, RefusesWhatIsTooLongUnread)
{
    EXPECT_EQ(exitCodeOf("response", std::string(LongestMessage + 1, ' ')), 65);

    std::istringstream in(std::string(LongestMessage + 1, ' '));
    std::ostringstream out;
    EXPECT_THROW(decodeCommand({"response"}, in, out), UsageError);
}

} // namespace
} // namespace baton::assemble
