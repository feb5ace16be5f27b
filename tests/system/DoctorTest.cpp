// `baton doctor`, as a person calls it when something is wrong, and when nothing is.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Files.h"
#include "tests/support/SignedStatements.h"
#include "tests/system/Relay.h"

#include <nlohmann/json.hpp>

namespace baton::system {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view Good = "ready\nserve\nexit 0";

struct Doctor : Relay {
    // `baton doctor WORDS`: its exit code; what it says lies in `said`.
    int ask(std::vector<std::string> words)
    {
        words.insert(words.begin(), {"baton", "doctor"});
        Running command({BATON, std::move(words)}, scratch / ("doctor-" + std::to_string(++asked)));
        const int code = command.end();
        said = command.said();
        return code;
    }

    // What was started, asked for with `doctor` in the place of `run`.
    int askAsRun(const RunOptions& options)
    {
        auto words = commandFor(options).arguments;
        words.erase(words.begin(), words.begin() + 2);
        return ask(std::move(words));
    }

    RunOptions actor(std::vector<std::string> options) const
    {
        return {{scratch.actor("1.0.0", Good).string()}, std::move(options)};
    }

    std::string said;
    int asked = 0;
};

TEST_F(Doctor, LooksAtTheHostAloneWhereNobodySaysMore)
{
    EXPECT_EQ(ask({}), 0) << said;

    EXPECT_THAT(said, AllOf(ContainsRegex("(fine|weak) +Landlock: "), ContainsRegex("fine +openat2: "),
                            ContainsRegex("fine +pidfd: "), ContainsRegex("(fine|weak) +stager: "),
                            ContainsRegex("(fine|weak) +agent: "), Not(HasSubstr("exporter:"))));
    EXPECT_THAT(said, HasSubstr("weak    installation: nobody said which"));
}

TEST_F(Doctor, SaysThatABatonRunsWithoutKeys)
{
    const auto options = actor({"--metrics", "127.0.0.1:0"});
    ASSERT_TRUE(serves(options));

    EXPECT_EQ(ask({"--state-dir", state.string()}), 0) << said;
    EXPECT_THAT(said, ContainsRegex("weak +signatures: not required so far: no key was ever configured"));
    EXPECT_THAT(said, ContainsRegex("fine +Baton: it answers: release 1.0.0, serving"));
    EXPECT_THAT(said, ContainsRegex("fine +state: release 1.0.0 is the current one"));

    EXPECT_EQ(askAsRun(options), 0) << said;
    EXPECT_THAT(said, ContainsRegex("weak +signatures: not required: no key is configured"));
    EXPECT_THAT(said, ContainsRegex("fine +options: baton run takes them"));
    EXPECT_THAT(said, ContainsRegex("(fine|weak) +exporter: "));
    EXPECT_EQ(stop(), 0);

    EXPECT_EQ(ask({"--state-dir", state.string()}), 0) << said;
    EXPECT_THAT(said, ContainsRegex("weak +Baton: no Baton answers"));
}

TEST_F(Doctor, SaysSinceWhenReleasesMustBeSigned)
{
    const auto key = scratch.write("release.pub", baton::testing::newKey().publicKey().pem()).string();
    const auto options = actor({"--public-key", key});
    ASSERT_TRUE(serves(options));
    const auto since = store().loadState()->trust->since;

    EXPECT_EQ(askAsRun(options), 0) << said;
    EXPECT_THAT(said, HasSubstr("signatures: required, since " + since + ": 1 key\n"));

    EXPECT_EQ(askAsRun(actor({})), 69) << said;
    EXPECT_THAT(said, HasSubstr("required, since " + since + ", and there is no key any more"));
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(serves(options)); // It stays the first time.
    EXPECT_EQ(store().loadState()->trust->since, since);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Doctor, NamesWhatIsBrokenAndChangesNothing)
{
    ASSERT_TRUE(serves(actor({})));
    ASSERT_EQ(stop(), 0);
    os::writeDurably(state / "state.json", "{");

    EXPECT_EQ(ask({"--state-dir", state.string(), "--json"}), 69) << said;

    const auto report = nlohmann::json::parse(said);
    EXPECT_TRUE(report["broken"].get<bool>());
    bool isNamed = false;
    for (const auto& finding : report["findings"])
        isNamed |= finding["about"] == "state" && finding["grade"] == "broken" && finding["remedy"].is_string();
    EXPECT_TRUE(isNamed) << said;
    EXPECT_EQ(readFile(state / "state.json"), "{");
}

TEST_F(Doctor, TellsOfAConfigurationFileAndOfOptionsThatRunRefuses)
{
    const auto file = scratch.write("web.ini", "frobnicate = 1\n").string();
    EXPECT_EQ(ask({"--config", file, "--state-dir", state.string()}), 69);
    EXPECT_THAT(said, ContainsRegex("broken +configuration: .*web.ini.*frobnicate"));
    EXPECT_THAT(said, HasSubstr("Landlock"));

    EXPECT_EQ(ask({"--state-dir", state.string(), "--app-version", "1", "--", (scratch / "nobody").string()}), 69);
    EXPECT_THAT(said, ContainsRegex("broken +options: baton run refuses them: .*nobody"));
    EXPECT_FALSE(fs::exists(state));

    EXPECT_EQ(ask({"--frobnicate"}), 64);
    EXPECT_THAT(said, Not(HasSubstr("Landlock")));
}

TEST_F(Doctor, LooksAtEachOfSeveralPrograms)
{
    const auto program = scratch.actor("1.0.0", Good).string();
    const auto file = scratch.write("shop.ini", "[program api]\ncommand = " + program + "\napp-version = 1.0.0\n" +
                                                    "[program web]\ncommand = " + program + "\napp-version = 1.0.0\n");

    EXPECT_EQ(ask({"--config", file.string(), "--state-dir", state.string()}), 0) << said;
    EXPECT_THAT(said, AllOf(HasSubstr("api: state directory: " + (state / "programs/api").string()),
                            HasSubstr("web: server: no --server was given")));

    EXPECT_EQ(ask({"--config", file.string(), "--state-dir", state.string(), "--program", "web"}), 0) << said;
    EXPECT_THAT(said, AllOf(HasSubstr("web: state directory"), Not(HasSubstr("api: "))));
    EXPECT_EQ(ask({"--config", file.string(), "--state-dir", state.string(), "--program", "www"}), 64) << said;
}

} // namespace
} // namespace baton::system
