#include "client/source/Meaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* App = "io.example.app";

protocol::Package package(const std::string& name, char digit, std::optional<bool> required)
{
    protocol::Package made;
    made.name = name;
    made.size = 5;
    if (digit != 0) made.hashSha256 = std::string(64, digit);
    made.required = required;
    return made;
}

Answer meaningOf(std::vector<protocol::Package> packages, std::vector<protocol::Action> actions = {},
                 std::vector<std::string> codebases = {"http://a.example/p", "http://b.example/p/"})
{
    protocol::Manifest manifest;
    manifest.version = "1.1.0";
    manifest.packages = std::move(packages);
    manifest.actions = std::move(actions);
    protocol::UpdateCheck check;
    check.status = "ok";
    check.codebases = std::move(codebases);
    check.manifest = std::move(manifest);
    protocol::AppResponse app;
    app.appid = App;
    app.status = "ok";
    app.updatecheck = std::move(check);
    return source::meaningOf(app).value();
}

TEST(Offer, HasEveryPackageWithItsAddressesAndWhetherItIsRequired)
{
    const auto offer = std::get<Offer>(meaningOf({package("app", 'a', false), package("words", 'b', true),
                                                  package("more", 'c', std::nullopt), package("extra", 'd', false)}));

    ASSERT_EQ(offer.packages.size(), 4U);
    EXPECT_TRUE(offer.packages[0].required); // go-omaha's server says false of its only one.
    EXPECT_TRUE(offer.packages[1].required);
    EXPECT_TRUE(offer.packages[2].required);
    EXPECT_TRUE(offer.packages[3].required); // So Nebraska's extra files come, of which it says false.
    EXPECT_EQ(offer.packages[1].sha256, std::string(64, 'b'));
    EXPECT_THAT(offer.packages[1].urls, ElementsAre("http://a.example/p/words", "http://b.example/p/words"));
}

TEST(Offer, MayHavePackagesWithoutADigestIfTheyAreNotRequired)
{
    const auto offer = std::get<Offer>(meaningOf({package("app", 'a', true), package("manual", 0, false)}));
    EXPECT_FALSE(offer.packages.at(1).required);

    const auto refused = std::get<Unusable>(meaningOf({package("app", 'a', true), package("words", 0, true)}));
    EXPECT_EQ(refused.reason.code, code::HashMissing);
    EXPECT_THAT(refused.reason.detail, HasSubstr("its package words has no SHA-256"));
}

protocol::AppResponse appWith(protocol::Manifest manifest)
{
    protocol::UpdateCheck check;
    check.status = "ok";
    check.codebases = {"http://a.example/p"};
    check.manifest = std::move(manifest);
    protocol::AppResponse app;
    app.appid = App;
    app.status = "ok";
    app.updatecheck = std::move(check);
    return app;
}

TEST(Offer, LeavesTheDigestToASignedStatement)
{
    protocol::Manifest manifest;
    manifest.version = "1.5.0";
    manifest.packages = {package("app", 0, true)};
    const auto app = appWith(manifest);

    EXPECT_TRUE(std::holds_alternative<Unusable>(source::meaningOf(app).value()));
    const auto offer = std::get<Offer>(source::meaningOf(app, Digests::ByStatement).value());
    EXPECT_EQ(offer.packages.front().sha256, "");
    EXPECT_TRUE(offer.packages.front().required);
    EXPECT_EQ(offer.statement, "");
}

TEST(Offer, LeavesTheSizeToASignedStatementToo)
{
    protocol::Manifest manifest;
    manifest.version = "1.5.0";
    manifest.packages = {package("app", 'a', true)};
    manifest.packages.front().size = 0; // As it is read when it is not said.
    const auto app = appWith(manifest);

    const auto refused = std::get<Unusable>(source::meaningOf(app).value());
    EXPECT_EQ(refused.reason.code, code::AnswerInvalid);
    EXPECT_THAT(refused.reason.detail, HasSubstr("its package app has no size"));
    const auto offer = std::get<Offer>(source::meaningOf(app, Digests::ByStatement).value());
    EXPECT_EQ(offer.packages.front().sizeBytes, 0);
    EXPECT_TRUE(offer.packages.front().required);
}

TEST(Offer, DoesNotNeedTheSizeOfWhatIsNotRequired)
{
    auto manual = package("manual", 'b', false);
    manual.size = 0;

    const auto offer = std::get<Offer>(meaningOf({package("app", 'a', true), manual}));

    EXPECT_FALSE(offer.packages.at(1).required);
}

TEST(Offer, BringsAStatementAlong)
{
    protocol::Manifest manifest;
    manifest.version = "1.5.0";
    manifest.packages = {package("app", 'a', true)};
    auto json = manifest;
    json.extras = {{"_statement", "{\"payload\":1}"}};
    EXPECT_EQ(std::get<Offer>(source::meaningOf(appWith(json)).value()).statement, "{\"payload\":1}");

    auto xml = manifest;
    xml.packages.front().metadata = protocol::Metadata{"application/json", "\n {\"payload\":2}"};
    EXPECT_EQ(std::get<Offer>(source::meaningOf(appWith(xml)).value()).statement, "{\"payload\":2}");
    xml.packages.front().metadata->text = "release notes";
    EXPECT_EQ(std::get<Offer>(source::meaningOf(appWith(xml)).value()).statement, "");
}

TEST(Offer, SaysHowOftenAnAddressMayFail)
{
    protocol::Action install;
    install.event = "install";
    protocol::Action postinstall;
    postinstall.event = "postinstall";
    const auto allowed = [&](std::int64_t count) {
        postinstall.maxFailureCountPerUrl = count;
        return std::get<Offer>(meaningOf({package("app", 'a', true)}, {install, postinstall})).failuresPerUrl;
    };

    EXPECT_EQ(std::get<Offer>(meaningOf({package("app", 'a', true)}, {install})).failuresPerUrl, 0);
    EXPECT_EQ(allowed(0), 0);
    EXPECT_EQ(allowed(10), 10);
    EXPECT_EQ(allowed(2'000'000'000), 100);
}

} // namespace
} // namespace baton::source
