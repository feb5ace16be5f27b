#include "client/source/Meaning.h"

#include "protocol/Codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::source;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

const std::string Sha256(64, 'a');

protocol::AppResponse granted()
{
    protocol::AppResponse app;
    app.appid = "web";
    app.status = "ok";
    auto& check = app.updatecheck.emplace();
    check.status = "ok";
    check.codebases = {"https://a.example/p", "ftp://b.example/", "http://c.example/q/"};
    auto& manifest = check.manifest.emplace();
    manifest.version = "1.5.0";
    manifest.packages.push_back({"web.bin", 5, {}, Sha256, false});
    return app;
}

protocol::Operation download(const std::string& url)
{
    protocol::Operation operation;
    operation.type = "download";
    operation.size = 5;
    operation.outSha256 = Sha256;
    operation.urls = {url};
    return operation;
}

protocol::AppResponse offeredBy(std::vector<protocol::Pipeline> pipelines)
{
    protocol::AppResponse app;
    app.appid = "web";
    auto& check = app.updatecheck.emplace();
    check.status = "ok";
    check.nextversion = "1.5.0";
    check.pipelines = std::move(pipelines);
    return app;
}

Offer offerIn(const protocol::AppResponse& app)
{
    const auto answer = meaningOf(app);
    EXPECT_TRUE(answer);
    return answer ? std::get<Offer>(*answer) : Offer();
}

} // namespace

TEST(Meaning, AnOffersAddressesAreThoseThatCanBeAskedInOrder)
{
    const auto offer = offerIn(granted());

    EXPECT_EQ(offer.version, "1.5.0");
    ASSERT_EQ(offer.packages.size(), 1U);
    EXPECT_THAT(offer.packages[0].urls, ElementsAre("https://a.example/p/web.bin", "http://c.example/q/web.bin"));
    EXPECT_TRUE(offer.packages[0].required) << "the first is the payload whatever it says";
}

TEST(Meaning, ANamediffIsADeltaOfItsPackage)
{
    auto app = granted();
    auto& check = *app.updatecheck;
    check.codebasediffs = {"http://d.example/"};
    auto& package = check.manifest->packages[0];
    package.namediff = "a-b.bsdiff";
    package.sizediff = 3;
    package.hashdiffSha256 = std::string(64, 'd');

    const auto deltas = offerIn(app).packages[0].deltas;

    EXPECT_THAT(deltas, ElementsAre(OfferedDelta{"", 3, std::string(64, 'd'), {"http://d.example/a-b.bsdiff"}}));
    package.namediff = "../a";
    EXPECT_TRUE(offerIn(app).packages[0].deltas.empty()) << "no segment of a path";
    package.namediff = "a-b.bsdiff";
    package.hashdiffSha256.clear();
    EXPECT_TRUE(offerIn(app).packages[0].deltas.empty()) << "no digest";
}

TEST(Meaning, APipelineThatPatchesIsADeltaOfTheOneThatDownloads)
{
    protocol::Operation patch;
    patch.type = "bsdiff40";
    patch.previousSha256 = std::string(64, 'e');
    patch.outSha256 = Sha256;
    auto fetch = download("http://d.example/a-b.bsdiff");
    fetch.outSha256 = std::string(64, 'd');
    protocol::Pipeline delta;
    delta.operations = {fetch, patch};
    protocol::Pipeline full;
    full.operations = {download("http://a.example/web.bin")};

    const auto offer = offerIn(offeredBy({delta, full}));

    ASSERT_EQ(offer.packages.size(), 1U);
    EXPECT_EQ(offer.packages[0].sha256, Sha256);
    EXPECT_THAT(
        offer.packages[0].deltas,
        ElementsAre(OfferedDelta{std::string(64, 'e'), 5, std::string(64, 'd'), {"http://d.example/a-b.bsdiff"}}));
    delta.operations[1].type = "puff";
    EXPECT_TRUE(offerIn(offeredBy({delta, full})).packages[0].deltas.empty());
}

TEST(Meaning, WithoutASha256AnOfferCannotBeTaken)
{
    auto app = granted();
    app.updatecheck->manifest->packages[0].hashSha256.clear();

    EXPECT_THAT(std::get<Unusable>(*meaningOf(app)).reason.detail, HasSubstr("has no SHA-256"));
}

TEST(Meaning, APipelineOfDownloadsIsTakenAndAnyOtherIsPassedBy)
{
    protocol::Operation patch;
    patch.type = "zucc";
    const protocol::Pipeline clever{"1", {}, {}, {download("https://a.example/patch"), patch}};
    const protocol::Pipeline plain{"2", {}, {}, {download("https://a.example/web.bin?x=1")}};

    const auto offer = offerIn(offeredBy({clever, plain}));

    EXPECT_EQ(offer.version, "1.5.0");
    ASSERT_EQ(offer.packages.size(), 1U);
    EXPECT_EQ(offer.packages[0].name, "web.bin");
    EXPECT_EQ(offer.packages[0].sha256, Sha256);
    EXPECT_EQ(offer.pipelineId, "2");
    EXPECT_EQ(offerIn(offeredBy({{std::string(1025, 'i'), {}, {}, plain.operations}})).pipelineId, "");
    EXPECT_THAT(std::get<Unusable>(*meaningOf(offeredBy({clever}))).reason.detail, HasSubstr("pipelines"));
}

TEST(Meaning, AnAppsWordWinsOverItsUpdatechecks)
{
    auto app = granted();
    app.status = "error-updatesDisabled";
    app.updatecheck->status = "error-internal";

    const auto refused = std::get<Refused>(*meaningOf(app));

    EXPECT_THAT(refused.reason.detail, HasSubstr("error-updatesDisabled"));
    EXPECT_TRUE(refused.notNow);
}

TEST(Meaning, NoUpdateIsNoneWhateverStandsBesideItAndInAnyCase)
{
    auto app = granted();
    app.updatecheck->status = "NoUpdate";

    EXPECT_TRUE(std::holds_alternative<NoUpdate>(*meaningOf(app)));
}

TEST(Meaning, AnAnswerWithoutAnUpdatecheckIsNone)
{
    protocol::AppResponse app;
    app.appid = "web";
    app.status = "ok";

    EXPECT_THAT(meaningOf(app).error().detail, HasSubstr("no updatecheck"));
}

TEST(Meaning, CohortsAreKeptExactlyWhenTheyAreSaid)
{
    protocol::AppResponse app;
    app.cohort = "";
    app.cohortname = "stable";
    Remembered before;
    before.cohort = "1:2:";
    before.cohorthint = "beta";

    const auto after = noted(before, {}, app, "{new}").remembered;

    EXPECT_EQ(after.cohort, "") << "overwritten, also by nothing";
    EXPECT_EQ(after.cohorthint, "beta") << "not said, so not touched";
    EXPECT_EQ(after.cohortname, "stable");
}

TEST(Meaning, ACohortThatIsNoPrintableAsciiIsIgnoredAndThatIsSaid)
{
    protocol::AppResponse app;
    app.cohort = std::string(1025, 'x');
    app.cohortname = "\xC3\xA4";

    const auto after = noted({}, {}, app, "{new}");

    EXPECT_FALSE(after.remembered.cohort);
    EXPECT_FALSE(after.remembered.cohortname);
    EXPECT_EQ(after.remarks.size(), 2U);
}

TEST(Meaning, ANewDayGetsANewFreshnessAndTheFirstOneIsRoundedToAWeek)
{
    protocol::Response response;
    response.daystart = protocol::DayStart{7265, {}};

    const auto first = noted({}, response, {}, "{one}").remembered;
    const auto same = noted(first, response, {}, "{two}").remembered;
    response.daystart->elapsedDays = 7266;
    const auto next = noted(same, response, {}, "{three}").remembered;

    EXPECT_EQ(first.installDay, 7259);
    EXPECT_EQ(first.freshness, "{one}");
    EXPECT_EQ(same, first);
    EXPECT_EQ(next.lastDay, 7266);
    EXPECT_EQ(next.freshness, "{three}");
    EXPECT_EQ(next.installDay, 7259);
}
