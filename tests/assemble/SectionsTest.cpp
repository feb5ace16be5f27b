#include "client/assemble/Sections.h"

#include "client/assemble/CommandLine.h"
#include "client/assemble/UsageError.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::assemble {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

const ConfigEntries Shop{{"server", "http://h/"},
                         {"interval", "1m"},
                         {"program.web.command", "./web --name 'the shop'"},
                         {"program.web.app-id", "web"},
                         {"program.web.listen", "web=127.0.0.1:80, admin=127.0.0.1:81"},
                         {"program.api.command", "./api"},
                         {"program.api.app-id", "api"},
                         {"program.api.interval", "2m"}};

Resolved read(const ConfigEntries& file, Words words = {}, std::vector<const char*> environment = {},
              Command command = Run)
{
    words.insert(words.begin(), {"--config", "shop.ini"});
    environment.push_back(nullptr);
    return resolve(command, words, environment.data(), [&](const std::string&) { return file; });
}

std::string complaint(const ConfigEntries& file, const Words& words = {}, std::vector<const char*> environment = {},
                      Command command = Run)
{
    try {
        read(file, words, std::move(environment), command);
    } catch (const UsageError& error) {
        EXPECT_EQ(error.exitCode(), 64);
        return error.what();
    }
    return "nothing was wrong";
}

ConfigEntries with(ConfigEntries file, const std::string& key, const std::string& text)
{
    file.push_back({key, text});
    return file;
}

TEST(Sections, AreProgramsInTheOrderOfTheirNames)
{
    const auto programs = read(Shop).programs;

    ASSERT_EQ(programs.size(), 2U);
    EXPECT_EQ(programs[0].name, "api");
    EXPECT_EQ(programs[1].name, "web");
    EXPECT_THAT(programs[1].command, ElementsAre("./web", "--name", "the shop"));
    EXPECT_THAT(programs[1].values.all("listen"), ElementsAre("web=127.0.0.1:80", "admin=127.0.0.1:81"));
    EXPECT_EQ(programs[1].values.origin("listen"), "shop.ini: program.web.listen");
    EXPECT_THAT(programs[0].values.all("listen"), IsEmpty());
    EXPECT_THAT(read({{"interval", "1m"}}).programs, IsEmpty());
}

TEST(Sections, TakeWhatHoldsForAllWhereTheySayNothing)
{
    const auto programs = read(Shop).programs;

    EXPECT_EQ(programs[0].values.text("server"), "http://h/");
    EXPECT_EQ(programs[0].values.text("interval"), "2m");
    EXPECT_EQ(programs[1].values.text("interval"), "1m");
    EXPECT_EQ(programs[1].values.text("probation"), "10s");
    EXPECT_EQ(programs[1].values.text("essential"), "no");
}

// As without sections: the command line is stronger than BATON_*, and that than the file.
TEST(Sections, AreWeakerThanTheEnvironmentAndTheCommandLine)
{
    EXPECT_EQ(read(Shop, {}, {"BATON_INTERVAL=3m"}).programs[0].values.text("interval"), "3m");
    EXPECT_EQ(read(Shop, {"--interval", "4m"}, {"BATON_INTERVAL=3m"}).programs[0].values.text("interval"), "4m");
    const auto defined = read(Shop, {"--define", "program.api.interval=5m"}, {"BATON_INTERVAL=3m"}).programs;
    EXPECT_EQ(defined[0].values.text("interval"), "5m");
    EXPECT_EQ(defined[1].values.text("interval"), "3m");
}

TEST(Sections, LeaveNoPlaceForAnotherProgram)
{
    const auto words = complaint(Shop, {"--", "./server"});
    EXPECT_THAT(words, AllOf(HasSubstr("shop.ini has sections of programs"), HasSubstr("leave ./server out")));
}

TEST(Sections, RefuseWhatIsTheWholeBatons)
{
    for (const auto* name : {"control", "log-level", "log-format", "metrics"})
        EXPECT_THAT(complaint(with(Shop, std::string("program.web.") + name, "x")),
                    AllOf(HasSubstr(std::string("shop.ini: program.web.") + name), HasSubstr("outside the sections")));
}

TEST(Sections, RefuseForAllWhatEachHasForItself)
{
    EXPECT_THAT(complaint(with(Shop, "app-id", "x")),
                AllOf(HasSubstr("shop.ini: app-id"), HasSubstr("program.api.app-id")));
    EXPECT_THAT(complaint(Shop, {"--listen", "a=127.0.0.1:1"}), HasSubstr("--listen: each program has listen"));
    EXPECT_THAT(complaint(Shop, {}, {"BATON_APP_VERSION=1"}), HasSubstr("BATON_APP_VERSION: each program has"));
    EXPECT_EQ(complaint(with(Shop, "state-dir", "/x")), "nothing was wrong"); // Where all have theirs.
}

TEST(Sections, NameFileSectionAndKeyOfWhatIsWrong)
{
    EXPECT_THAT(complaint(with(Shop, "program.web.lisen", "x")),
                AllOf(HasSubstr("shop.ini: program.web.lisen"), HasSubstr(" is no option; did you mean listen?")));
    EXPECT_THAT(complaint(with(Shop, "program.web.comand", "x")), HasSubstr("did you mean command?"));
    EXPECT_THAT(complaint(with(Shop, "program.api.probation", "soon")),
                AllOf(HasSubstr("shop.ini: program.api.probation"), HasSubstr("\"soon\" is no duration")));
    EXPECT_THAT(complaint(with(Shop, "program.web.app-id", "x")), HasSubstr("program.web.app-id is given twice"));
    EXPECT_THAT(complaint(with(Shop, "program.the shop.listen", "x")), HasSubstr("letters, digits"));
    EXPECT_THAT(complaint(with(Shop, "program.web", "x")), HasSubstr("says no option"));
    EXPECT_THAT(complaint(with(Shop, "program.web.config", "x")),
                HasSubstr("program.web.config is no option; take it out"));
    EXPECT_THAT(complaint({{"program.web.command", "./web 'x"}}),
                AllOf(HasSubstr("shop.ini: program.web.command"), HasSubstr("has a ' without its other")));
    EXPECT_THAT(complaint(Shop, {"--define", "program.wep.interval=1m"}), HasSubstr("has no program wep"));
}

TEST(Sections, HaveOptionsThatStandNowhereElse)
{
    EXPECT_THAT(complaint({{"essential", "yes"}}), HasSubstr("stands in the section of a program"));
    EXPECT_THAT(complaint({}, {"--command", "x"}), HasSubstr("--help programs"));
    EXPECT_EQ(complaint({}, {}, {"BATON_COMMAND=x", "BATON_PROGRAM=web"}), "nothing was wrong"); // Others' business.
}

TEST(Sections, AreChosenFromByACheck)
{
    EXPECT_EQ(read(Shop, {"--program", "api"}, {}, Check).values.text("app-id"), "api");
    EXPECT_THAT(complaint(Shop, {}, {}, Check), HasSubstr("say which by --program: api, web"));
    EXPECT_THAT(complaint(Shop, {"--program", "x"}, {}, Check), HasSubstr("has no program x"));
}

TEST(Sections, CallProgramsByWhatMayNameADirectory)
{
    for (const auto* name : {"web", "Web-2", "a_b", "0"}) EXPECT_TRUE(isProgramName(name)) << name;
    for (const auto& name : {std::string(), std::string("-x"), std::string(".."), std::string("a/b"),
                             std::string("a b"), std::string("a.b"), std::string(33, 'a')})
        EXPECT_FALSE(isProgramName(name)) << name;
}

} // namespace
} // namespace baton::assemble
