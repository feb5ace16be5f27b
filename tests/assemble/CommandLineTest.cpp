#include "client/assemble/CommandLine.h"

#include "client/assemble/UsageError.h"
#include "client/assemble/ValueCheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace baton::assemble {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Words = std::vector<std::string>;

Resolved read(const Words& words, std::vector<const char*> environment = {}, const ConfigEntries& file = {},
              Command command = Run)
{
    environment.push_back(nullptr);
    return resolve(command, words, environment.data(), [&](const std::string&) { return file; });
}

std::string complaint(const Words& words, std::vector<const char*> environment = {}, const ConfigEntries& file = {},
                      Command command = Run)
{
    try {
        read(words, std::move(environment), file, command);
    } catch (const UsageError& error) {
        EXPECT_EQ(error.exitCode(), 64);
        return error.what();
    }
    return "nothing was wrong";
}

TEST(CommandLine, TakesTheValueFromTheStrongestPlace)
{
    const ConfigEntries file{{"interval", "1m"}, {"track", "file"}, {"app-id", "file"}, {"drain-timeout", "9s"}};

    const auto values = read({"--config", "web.properties", "--interval=4m", "--define", "track=defined"},
                             {"BATON_INTERVAL=2m", "BATON_TRACK=around", "BATON_APP_ID=around"}, file)
                            .values;

    EXPECT_EQ(values.text("interval"), "4m");
    EXPECT_EQ(values.origin("interval"), "--interval");
    EXPECT_EQ(values.text("track"), "defined");
    EXPECT_EQ(values.text("app-id"), "around");
    EXPECT_EQ(values.origin("app-id"), "BATON_APP_ID");
    EXPECT_EQ(values.text("drain-timeout"), "9s");
    EXPECT_EQ(values.origin("drain-timeout"), "web.properties: drain-timeout");
    EXPECT_EQ(values.text("ready-timeout"), "1m");
    EXPECT_EQ(values.origin("ready-timeout"), "default");
    EXPECT_FALSE(values.has("server"));
}

TEST(CommandLine, LetsTheDoctorTakeTheOptionsOfRunAndAFileThatIsWrong)
{
    const auto resolved = read({"--config", "web.ini", "--ready", "tcp:127.0.0.1:80", "--json", "--", "./server"}, {},
                               {{"frob", "1"}}, Doctor);

    EXPECT_EQ(resolved.values.text("ready"), "tcp:127.0.0.1:80");
    EXPECT_EQ(resolved.values.text("drain-timeout"), "30s");
    EXPECT_THAT(resolved.rest, ElementsAre("./server"));
    EXPECT_THAT(resolved.configFault, HasSubstr("web.ini: frob"));
    EXPECT_THAT(complaint({"--config", "web.ini"}, {}, {{"frob", "1"}}), HasSubstr("web.ini: frob"));
    EXPECT_THAT(complaint({"--algorithm", "zstd"}, {}, {}, Doctor), HasSubstr("takes no --algorithm"));
    EXPECT_THAT(complaint({"--json"}), HasSubstr("takes no --json"));
}

TEST(CommandLine, PartsWindowsBySemicolonsSinceTheyHaveCommas)
{
    const auto values = read({}, {"BATON_WINDOW=Sat,Sun 02:00-05:00 UTC; 22:00-23:00"}).values;

    EXPECT_EQ(values.all("window"), (std::vector<std::string>{"Sat,Sun 02:00-05:00 UTC", "22:00-23:00"}));
}

TEST(CommandLine, KeepsWhatStandsBehindTwoDashesAsItWasTyped)
{
    const auto resolved = read({"--track", "stable", "--", "./server", "--interval", "nonsense", "--"});

    EXPECT_THAT(resolved.rest, ElementsAre("./server", "--interval", "nonsense", "--"));
}

TEST(CommandLine, KeepsTheOrderOfWhatMayBeRepeated)
{
    EXPECT_THAT(read({"--listen", "b=127.0.0.1:2", "--listen", "a=127.0.0.1:1"}).values.all("listen"),
                ElementsAre("b=127.0.0.1:2", "a=127.0.0.1:1"));
    EXPECT_THAT(read({}, {"BATON_LISTEN=b=127.0.0.1:2,backlog=9,a=unix:/x,mode=0600"}).values.all("listen"),
                ElementsAre("b=127.0.0.1:2,backlog=9", "a=unix:/x,mode=0600"));
    EXPECT_THAT(read({}, {"BATON_LISTEN=b=127.0.0.1:2, a=127.0.0.1:1"}).values.all("listen"),
                ElementsAre("b=127.0.0.1:2", "a=127.0.0.1:1"));
}

TEST(CommandLine, ReplacesAWholeListByTheStrongerPlacesList)
{
    const auto values = read({"--listen", "a=127.0.0.1:1"}, {"BATON_LISTEN=b=127.0.0.1:2"}).values;

    EXPECT_THAT(values.all("listen"), ElementsAre("a=127.0.0.1:1"));
}

TEST(CommandLine, NamesTheNearestOptionForOneThatItDoesNotKnow)
{
    EXPECT_THAT(complaint({"--intervall", "5m"}),
                AllOf(HasSubstr("--intervall"), HasSubstr("did you mean --interval?")));
    EXPECT_THAT(complaint({"-server", "x"}), HasSubstr("did you mean --server?"));
    EXPECT_THAT(complaint({"--zzzzzz"}), HasSubstr("--help lists all"));
    EXPECT_THAT(complaint({"--define", "trak=x"}), HasSubstr("--define trak is no option; did you mean track?"));
    EXPECT_EQ(complaint({"--config", "f.xml"}, {}, {{"trak", "x"}}),
              "f.xml: trak is no option; did you mean track? Correct the key, or take it out");
    EXPECT_EQ(complaint({"--config", "f.xml"}, {}, {{"zzzzzz", "x", 7}}),
              "f.xml, line 7: zzzzzz is no option; take it out: baton run --help lists what there is");
    EXPECT_THAT(complaint({"--config", "f.xml"}, {}, {{"interval", "soon", 8}}),
                HasSubstr("f.xml, line 8: interval: \"soon\""));
}

TEST(CommandLine, SaysWhatIsWrongWhereItCameFromAndWhatWouldBeRight)
{
    EXPECT_THAT(
        complaint({"--interval", "5 minutes"}),
        AllOf(HasSubstr("--interval"), HasSubstr("\"5 minutes\" is no duration"), HasSubstr("for example 30m")));
    EXPECT_THAT(complaint({}, {"BATON_INTERVAL=soon"}), HasSubstr("BATON_INTERVAL: \"soon\""));
    EXPECT_THAT(complaint({"--config", "f.json"}, {}, {{"server", "ftp://x"}}),
                AllOf(HasSubstr("f.json: server"), HasSubstr("is no http://, https:// or unix:/ URL")));
    EXPECT_THAT(complaint({"--listen", "127.0.0.1:80"}), HasSubstr("for example web=127.0.0.1:8000"));
    EXPECT_THAT(complaint({"--interval"}), HasSubstr("--interval needs a value: --interval 30m"));
    EXPECT_THAT(complaint({"--interval", "--", "./server"}), HasSubstr("--interval needs a value"));
    EXPECT_THAT(complaint({"--track", "a", "--track", "b"}), HasSubstr("given twice"));
    EXPECT_THAT(complaint({"--also-app", "maps"}), HasSubstr("is not NAME=ID"));
    EXPECT_THAT(complaint({"--also-app", "../maps=io.maps"}), HasSubstr("no plain directory name"));
    EXPECT_THAT(complaint({"--bandwidth", "2MB"}), HasSubstr("\"2MB\" is no rate"));
    EXPECT_THAT(complaint({"--bandwidth", "63kB/s"}), HasSubstr("is below 64kB/s"));
    EXPECT_THAT(complaint({"--parallel-downloads", "9"}), HasSubstr("is none of 1|2|3|4|5|6|7|8"));
    for (const auto* text : {"/run/.prom", "/run/metrics", "127.0.0.1", ":9101", "127.0.0.1:http", "/run/x:80"})
        EXPECT_THAT(complaint({"--metrics", text}), HasSubstr("is neither HOST:PORT")) << text;
    EXPECT_THAT(complaint({"--json"}), HasSubstr("this command takes no --json"));
    EXPECT_THAT(complaint({"./server"}), HasSubstr("-- ./server"));
}

TEST(CommandLine, TakesEveryExampleOfItsOwnTable)
{
    for (const auto& option : optionTable()) {
        if (option.kind == ValueKind::Flag) continue;
        EXPECT_EQ(faultOf(option, std::string(option.example)), "") << option.name;
        const auto otherwise = std::string(option.otherwise.empty() ? option.example : option.otherwise);
        EXPECT_EQ(faultOf(option, otherwise), "") << option.name;
        EXPECT_NE(faultOf(option, ""), "") << option.name;
    }
}

TEST(CommandLine, KnowsFlagsInEveryPlace)
{
    EXPECT_TRUE(read({"--json"}, {}, {}, Status).values.isOn("json"));
    EXPECT_FALSE(read({"--json=false"}, {}, {}, Status).values.isOn("json"));
    EXPECT_TRUE(read({}, {"BATON_JSON=true"}, {}, Status).values.isOn("json"));
    EXPECT_THAT(complaint({}, {"BATON_JSON=maybe"}, {}, Status), HasSubstr("neither true nor false"));
}

TEST(CommandLine, LeavesAloneWhatIsNoOptionInTheEnvironment)
{
    EXPECT_NO_THROW(read({}, {"BATON_ROLE=agent", "BATON_GENERATION=3", "BATONINTERVAL=x", "HOME=/root"}));
}

TEST(CommandLine, AsksForHelpBeforeAnythingElseIsLookedAt)
{
    EXPECT_TRUE(read({"--help"}, {"BATON_INTERVAL=nonsense"}).help);
    EXPECT_FALSE(read({"--", "./server", "--help"}).help);
}

TEST(ValueCheck, KnowsTheFormsOfReadiness)
{
    const auto& ready = *findOption("ready");

    for (const auto* right : {"notify", "tcp", "tcp:[::1]:80", "http://127.0.0.1/health", "https://h:8443/ready 204",
                              "http:/ready", "http:/ready 204", "exec:true", "delay:5s"})
        EXPECT_EQ(faultOf(ready, right), "") << right;
    for (const auto* wrong : {"tcp:", "tcp:80", "exec:", "delay:", "delay:5", "https", "yes", "http:", "http:ready",
                              "http:/ready x", "http:/a b 200", "https:/ready"})
        EXPECT_NE(faultOf(ready, wrong), "") << wrong;
}

TEST(ValueCheck, KnowsSignalsByNameAndNumber)
{
    EXPECT_EQ(parseSignal("SIGTERM"), SIGTERM);
    EXPECT_EQ(parseSignal("QUIT"), SIGQUIT);
    EXPECT_EQ(parseSignal("10"), SIGUSR1);
    EXPECT_EQ(parseSignal("SIGKILL"), std::nullopt);
    EXPECT_EQ(parseSignal("0"), std::nullopt);
}

} // namespace
} // namespace baton::assemble
