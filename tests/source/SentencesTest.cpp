#include "client/source/Sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

using namespace baton::source;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

// Of Omaha 3.0, 3.1 and 4.0, go-omaha and Nebraska.
const std::set<std::string> Words{"restricted",
                                  "error-unknownApplication",
                                  "error-invalidAppId",
                                  "error-invalidVersion",
                                  "error-internal",
                                  "error-noPackageFound",
                                  "error-unknownApplicationOrGroup",
                                  "error-instanceRegistrationFailed",
                                  "error-maxUpdatesPerPeriodLimitReached",
                                  "error-maxConcurrentUpdatesLimitReached",
                                  "error-maxTimedOutUpdatesLimitReached",
                                  "error-updatesDisabled",
                                  "error-couldNotCheckUpdatesStats",
                                  "error-updateInProgressOnInstance",
                                  "error-failedToRetrieveUpdatePackageInfo",
                                  "error-hash",
                                  "error-osnotsupported",
                                  "error-hwnotsupported",
                                  "error-unsupportedProtocol",
                                  "error-pluginRestrictedHost",
                                  "error-inexpressible"};

} // namespace

TEST(Sentences, EveryKnownWordHasOneOfItsOwn)
{
    std::set<std::string> meanings;
    for (const auto& word : Words) {
        const auto meant = meaningOfWord(word);
        EXPECT_THAT(meant.sentence, HasSubstr('(' + word + "): "));
        EXPECT_THAT(meant.sentence, Not(HasSubstr("a word that this client"))) << word;
        meanings.insert(meant.sentence.substr(meant.sentence.find("): ")));
    }
    EXPECT_EQ(meanings.size(), Words.size());
}

TEST(Sentences, PointToTheOptionThatNamedTheApp)
{
    for (const auto& word : Words) {
        const auto own = meaningOfWord(word).sentence;
        const auto other = meaningOfWord(word, "--also-app").sentence;
        EXPECT_EQ(own.find("--app-id") == own.npos, other.find("--also-app") == other.npos) << word;
        EXPECT_THAT(other, Not(HasSubstr("--app-id")));
    }
    EXPECT_THAT(meaningOfWord("error-unknownApplicationOrGroup", "--also-app").sentence,
                HasSubstr("check --also-app and --track"));
}

TEST(Sentences, TheCaseOfAWordDoesNotMatter)
{
    EXPECT_THAT(meaningOfWord("error-unsupportedprotocol").sentence, HasSubstr("--protocol"));
}

TEST(Sentences, AWordThatNobodyKnowsIsShownHarmlessly)
{
    EXPECT_EQ(meaningOfWord("error-\n").sentence,
              "the server refuses (error-\\x0a): a word that this client does not know");
}

TEST(Sentences, ServersThatSpreadTheirUpdatesRaiseNoAlarm)
{
    EXPECT_TRUE(meaningOfWord("error-maxConcurrentUpdatesLimitReached").notNow);
    EXPECT_TRUE(meaningOfWord("error-updatesDisabled").notNow);
    EXPECT_FALSE(meaningOfWord("error-unknownApplication").notNow);
}
