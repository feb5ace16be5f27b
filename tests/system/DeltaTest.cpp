// An update that costs the bytes that changed: by each algorithm and each form of Omaha, and what happens when a delta
// is no good. SPDX-License-Identifier: Apache-2.0
#include "client/delta/CanonicalTar.h"
#include "client/delta/Create.h"
#include "client/os/SystemClock.h"
#include "tests/support/SignedStatements.h"
#include "tests/system/Relay.h"

#include <algorithm>
#include <fstream>

namespace baton::system {
namespace {

using mock::On;
using mock::What;
using ::testing::ElementsAre;

constexpr std::string_view Good = "ready\nserve\nexit 0";
const std::vector<std::string> Whole{"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"};

// Large, and not to be guessed.
std::string digits()
{
    std::string text;
    for (unsigned number = 1; text.size() < 200'000;) {
        number = number * 1664525U + 1013904223U;
        text += std::to_string(number);
    }
    return text;
}

struct Delta : Relay {
    fs::path large(const std::string& version) const
    {
        return scratch.actor(version, std::string(Good) + "\n#" + digits() + version);
    }

    void serveDeltas(delta::Algorithm algorithm)
    {
        mock::MockServerOptions options;
        options.deltas = algorithm;
        server = std::make_unique<mock::MockServer>(std::move(options));
    }

    void begin(const std::string& form = "xml", delta::Algorithm algorithm = delta::Algorithm::BsdiffZstd)
    {
        serveDeltas(algorithm);
        const auto first = large("1.0.0");
        publish("1.0.0", first);
        ASSERT_TRUE(serves({{first.string()}, {"--protocol", form}}));
    }

    // The names of what was fetched, by their last words: "delta" or "package".
    std::vector<std::string> fetched() const
    {
        std::vector<std::string> kinds;
        for (const auto& one : server->requests()) {
            if (one.on != On::Package) continue;
            const bool isDelta = std::any_of(delta::AllAlgorithms.begin(), delta::AllAlgorithms.end(), [&](auto way) {
                return one.uri.ends_with('.' + std::string(nameOf(way)));
            });
            kinds.emplace_back(isDelta ? "delta" : "package");
        }
        return kinds;
    }

    void expectUpdated()
    {
        ASSERT_TRUE(baton->says("1.1.0 committed"));
        EXPECT_EQ(ask(), "1.1.0\n");
        EXPECT_TRUE(hasTold(Whole));
        EXPECT_TRUE(status().blocked.empty());
        EXPECT_EQ(stop(), 0);
        EXPECT_TRUE(stateIsWhole());
    }

    void expectFellBack()
    {
        ASSERT_TRUE(baton->says("1.1.0 committed"));
        EXPECT_THAT(fetched(), ElementsAre("delta", "package"));
        EXPECT_THAT(history(), ElementsAre("failed 1.1.0 from 1.0.0 code 28", "committed 1.1.0 from 1.0.0"));
        expectUpdated();
    }
};

struct Way {
    delta::Algorithm algorithm;
    const char* form;
};

struct EachDelta : Delta, ::testing::WithParamInterface<Way> {};

TEST_P(EachDelta, IsFetchedInsteadOfThePackage)
{
    begin(GetParam().form, GetParam().algorithm);
    publish("1.1.0", large("1.1.0"));

    check();

    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_THAT(fetched(), ElementsAre("delta"));
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0"));
    expectUpdated();
}

INSTANTIATE_TEST_SUITE_P(, EachDelta,
                         ::testing::Values(Way{delta::Algorithm::BsdiffZstd, "xml"},
                                           Way{delta::Algorithm::Bsdiff40, "json3"},
                                           Way{delta::Algorithm::Zstd, "json4"},
                                           Way{delta::Algorithm::BsdiffZstd, "json4"}),
                         [](const auto& test) {
                             auto name = std::string(nameOf(test.param.algorithm)) + "_" + test.param.form;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST_F(Delta, ThatIsMissingIsFollowedByThePackage)
{
    begin();
    publish("1.1.0", large("1.1.0"));
    server->fail({1, On::Package, What::Status, 404});

    check();

    expectFellBack();
}

TEST_F(Delta, ThatIsDamagedIsFollowedByThePackage)
{
    begin();
    publish("1.1.0", large("1.1.0"));
    server->fail({1, On::Package, What::Digest, 0});

    check();

    expectFellBack();
}

// The stager finds out: the patch is right, and what it starts from is not any more.
TEST_F(Delta, FromAReleaseThatWasAlteredIsFollowedByThePackage)
{
    begin();
    publish("1.1.0", large("1.1.0"));
    const auto current = fs::canonical(state / "current");
    const auto place = current / store::parseRelease(readFile(current / store::ReleaseFileName)).program;
    const auto altered = scratch.write("altered", readFile(place) + "somebody was here");
    fs::permissions(altered, fs::perms(0755));
    fs::rename(altered, place);

    check();

    ASSERT_TRUE(baton->says("was altered"));
    expectFellBack();
}

// A server that knows nothing of what runs here offers what it always did.
TEST_F(Delta, IsNotAskedForWhereTheServerHasNotTheOldOne)
{
    serveDeltas(delta::Algorithm::BsdiffZstd);
    ASSERT_TRUE(serves({{large("1.0.0").string()}}));
    publish("1.1.0", large("1.1.0"));

    check();

    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_THAT(fetched(), ElementsAre("package"));
    expectUpdated();
}

// Of a tree of many files one changed; its package is the canonical tar, and is made again of the tree.
TEST_F(Delta, OfATreeIsMadeOfTheUnpackedFiles)
{
    const auto treeOf = [&](const std::string& version) {
        const auto name = "tree-" + version;
        for (int i = 0; i < 20; ++i)
            scratch.write(fs::path(name) / ("data/" + std::to_string(i)), digits().substr(0, 9'000));
        fs::copy_file(scratch.actor(version, Good), scratch / name / "run");
        const auto tar = scratch / ("app-" + version + ".tar");
        std::ofstream out(tar, std::ios::binary);
        delta::writeCanonicalTar(scratch / name, {}, [&](std::string_view bytes) {
            out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        });
        return tar;
    };
    serveDeltas(delta::Algorithm::BsdiffZstd);
    const auto first = treeOf("1.0.0");
    publish("1.0.0", first);
    ASSERT_TRUE(serves({{"{release}/run"}, {"--initial", first.string()}}));
    publish("1.1.0", treeOf("1.1.0"));

    check();

    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_THAT(fetched(), ElementsAre("delta"));
    EXPECT_EQ(readFile(state / "current" / "data" / "7"), digits().substr(0, 9'000));
    expectUpdated();
}

// A server that has never heard of deltas; the signed statement lists one, which lies beside the package.
struct SignedDelta : Delta {
    const verify::PrivateKey key = baton::testing::newKey();
    const fs::path first = large("1.0.0");
    const fs::path second = large("1.1.0");

    static std::string patchTo(const std::string& from, const std::string& to)
    {
        std::string patch;
        delta::create(delta::Algorithm::BsdiffZstd, from, to, [&](std::string_view bytes) { patch += bytes; });
        return patch;
    }

    std::string statementWith(const std::string& patch) const
    {
        const auto bytes = readFile(second);
        verify::Statement statement;
        statement.packages = {
            {second.filename().string(), static_cast<std::int64_t>(bytes.size()), verify::sha256Of(bytes)}};
        statement.appId = App;
        statement.version = "1.1.0";
        statement.issued = std::chrono::floor<std::chrono::seconds>(os::SystemClock().wall());
        statement.expires = statement.issued + std::chrono::hours(24);
        statement.deltas = {{verify::sha256Of(readFile(first)), "from-1.0.0.bsdiff-zstd", "bsdiff-zstd",
                             static_cast<std::int64_t>(patch.size()), verify::sha256Of(patch)}};
        return baton::testing::envelopeOf(statement, {key});
    }

    void offer(const std::string& patch)
    {
        ASSERT_TRUE(
            serves({{first.string()}, {"--public-key", scratch.write("release.pub", key.publicKey().pem()).string()}}));
        server->putBeside(App, "1.1.0", second.filename().string() + ".dsse.json", statementWith(patch));
        server->putBeside(App, "1.1.0", "from-1.0.0.bsdiff-zstd", patch);
        publish("1.1.0", second);
        check();
        ASSERT_TRUE(baton->says("1.1.0 committed"));
    }

    std::size_t askedFor(const std::string& name) const
    {
        const auto all = server->requests();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.uri.ends_with('/' + name); }));
    }
};

TEST_F(SignedDelta, IsFetchedFromAnyServer)
{
    offer(patchTo(readFile(first), readFile(second)));

    EXPECT_EQ(askedFor("from-1.0.0.bsdiff-zstd"), 1U);
    EXPECT_EQ(askedFor(second.filename().string()), 0U);
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0"));
    expectUpdated();
}

// Whatever a patch makes is judged as a whole package would be: by the size and the SHA-256 that were signed.
TEST_F(SignedDelta, ThatMakesSomethingElseIsFollowedByThePackage)
{
    offer(patchTo(readFile(first), readFile(large("6.6.6"))));

    ASSERT_TRUE(baton->says("the delta cannot be used"));
    EXPECT_EQ(askedFor("from-1.0.0.bsdiff-zstd"), 1U);
    EXPECT_EQ(askedFor(second.filename().string()), 1U);
    EXPECT_THAT(history(), ElementsAre("failed 1.1.0 from 1.0.0 code 28", "committed 1.1.0 from 1.0.0"));
    EXPECT_EQ(readFile(fs::canonical(state / "current") / first.filename()), readFile(second));
    expectUpdated();
}

TEST_F(SignedDelta, ThatTheServerMadeMayMakeWhatWasSigned)
{
    mock::MockServerOptions options;
    options.deltas = delta::Algorithm::BsdiffZstd;
    options.signKeys = {key};
    server = std::make_unique<mock::MockServer>(std::move(options));
    publish("1.0.0", first);
    ASSERT_TRUE(
        serves({{first.string()}, {"--public-key", scratch.write("release.pub", key.publicKey().pem()).string()}}));
    publish("1.1.0", second);

    check();

    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(askedFor(second.filename().string()), 0U);
    EXPECT_THAT(baton->said(), ::testing::HasSubstr("1.1.0 is signed by "));
    expectUpdated();
}

} // namespace
} // namespace baton::system
