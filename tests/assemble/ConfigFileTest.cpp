#include "client/assemble/ConfigFile.h"

#include "client/assemble/UsageError.h"
#include "tests/stage/Scratch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::assemble {
namespace {

namespace fs = std::filesystem;
using stage::Scratch;
using testing::_;
using testing::FieldsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(ConfigFile, ReadsTheSameFromEveryForm)
{
    const Scratch scratch;
    const auto properties = scratch.write("web.properties", "app-id = web\ntrack: stable\n");
    const auto xml = scratch.write("web.xml", "<config><app-id>web</app-id><track>stable</track></config>");
    const auto json = scratch.write("web.json", R"({"app-id": "web", "track": "stable"})");

    for (const auto& file : {properties, xml, json})
        EXPECT_THAT(readConfigFile(file),
                    UnorderedElementsAre(FieldsAre("app-id", "web", _), FieldsAre("track", "stable", _)))
            << file;
}

TEST(ConfigFile, ReadsListsInTheirOrder)
{
    const Scratch scratch;
    const auto xml = scratch.write("web.xml", "<c><listen>b=127.0.0.1:2</listen><listen>a=127.0.0.1:1</listen></c>");
    const auto json = scratch.write("web.json", R"({"listen": ["b=127.0.0.1:2", "a=127.0.0.1:1"]})");

    const ConfigEntries both{{"listen", "b=127.0.0.1:2", 1}, {"listen", "a=127.0.0.1:1", 1}};
    EXPECT_EQ(readConfigFile(xml), both);
    EXPECT_EQ(readConfigFile(json), both);
}

TEST(ConfigFile, ReadsSectionsOfProgramsFromEveryForm)
{
    const Scratch scratch;
    const std::vector<fs::path> files{
        scratch.write("a.properties", "interval = 1m\nprogram.web.app-id = web\nprogram.api.track = x\n"),
        scratch.write("a.ini", "interval = 1m\n\n[program web]\napp-id = web\n; a word\n[program.api]\ntrack=x\n"),
        scratch.write("a.xml", "<c><interval>1m</interval><program><web><app-id>web</app-id></web><api>"
                               "<track>x</track></api></program></c>"),
        scratch.write("a.json", R"({"interval": "1m", "program": {"web": {"app-id": "web"}, "api": {"track": "x"}}})")};

    for (const auto& file : files)
        EXPECT_THAT(readConfigFile(file),
                    UnorderedElementsAre(FieldsAre("interval", "1m", _), FieldsAre("program.web.app-id", "web", _),
                                         FieldsAre("program.api.track", "x", _)))
            << file;
}

TEST(ConfigFile, ReadsListsOfSectionsInTheirOrder)
{
    const Scratch scratch;
    const auto xml = scratch.write("a.xml", "<c><program><web><listen>b=127.0.0.1:2</listen>"
                                            "<listen>a=127.0.0.1:1</listen></web></program></c>");
    const auto json =
        scratch.write("a.json", R"({"program": {"web": {"listen": ["b=127.0.0.1:2", "a=127.0.0.1:1"]}}})");

    const ConfigEntries both{{"program.web.listen", "b=127.0.0.1:2", 1}, {"program.web.listen", "a=127.0.0.1:1", 1}};
    EXPECT_EQ(readConfigFile(xml), both);
    EXPECT_EQ(readConfigFile(json), both);
}

// What is no option is to be found again by whoever wrote it.
TEST(ConfigFile, KnowsTheLineOfAKeyThatIsThereOnce)
{
    const Scratch scratch;
    const auto lineIn = [&](const std::string& name, const std::string& text, const std::string& key) {
        for (const auto& entry : readConfigFile(scratch.write(name, text)))
            if (entry.key == key) return entry.line;
        return -1;
    };

    EXPECT_EQ(lineIn("a.properties", "# follow\napp-id = follow\n\n  follow : 1\n", "follow"), 4);
    EXPECT_EQ(lineIn("b.properties", "program.web.follow=1\n", "program.web.follow"), 1);
    EXPECT_EQ(lineIn("a.ini", "app-id = x\n[program web]\nfollow=1\n", "program.web.follow"), 3);
    EXPECT_EQ(lineIn("b.ini", "[program web]\nfollow=1\n[program api]\nfollow=1\n", "program.web.follow"), 0);
    EXPECT_EQ(lineIn("a.json", "{\n\"app-id\": \"follow\",\n\"follow\" : 1}", "follow"), 3);
    EXPECT_EQ(lineIn("a.xml", "<c>\n<app-id>follow</app-id>\n<follow>1</follow>\n</c>", "follow"), 3);
    EXPECT_EQ(lineIn("b.xml", "<c>\n<follow-on>1</follow-on>\n<follow>1</follow></c>", "follow"), 3);
}

void expectRefused(const std::string& path, int exitCode, const std::string& words)
{
    try {
        readConfigFile(path);
        ADD_FAILURE() << path << " was taken";
    } catch (const UsageError& error) {
        EXPECT_EQ(error.exitCode(), exitCode) << path;
        EXPECT_THAT(error.what(), AllOf(HasSubstr(path), HasSubstr(words)));
    }
}

TEST(ConfigFile, SaysWhyItCannotBeRead)
{
    const Scratch scratch;

    expectRefused(scratch.path() / "missing.xml", 66, "is not there");
    expectRefused(scratch.write("folder.json/file", "x").parent_path(), 66, "cannot be read");
    expectRefused(scratch.write("web.conf", "x"), 64, "ends in .properties, .ini, .xml or .json");
    expectRefused(scratch.write("cut.json", "{\"a\": "), 64, "is damaged");
    expectRefused(scratch.write("cut.xml", "<a><b>"), 64, "is damaged");
}

} // namespace
} // namespace baton::assemble
