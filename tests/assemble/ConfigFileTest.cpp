#include "client/assemble/ConfigFile.h"

#include "client/assemble/UsageError.h"
#include "tests/stage/Scratch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::assemble {
namespace {

using stage::Scratch;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(ConfigFile, ReadsTheSameFromEveryForm)
{
    const Scratch scratch;
    const auto properties = scratch.write("web.properties", "app-id = web\ntrack: stable\n");
    const auto xml = scratch.write("web.xml", "<config><app-id>web</app-id><track>stable</track></config>");
    const auto json = scratch.write("web.json", R"({"app-id": "web", "track": "stable"})");

    for (const auto& file : {properties, xml, json})
        EXPECT_THAT(readConfigFile(file), UnorderedElementsAre(Pair("app-id", "web"), Pair("track", "stable"))) << file;
}

TEST(ConfigFile, ReadsListsInTheirOrder)
{
    const Scratch scratch;
    const auto xml = scratch.write("web.xml", "<c><listen>b=127.0.0.1:2</listen><listen>a=127.0.0.1:1</listen></c>");
    const auto json = scratch.write("web.json", R"({"listen": ["b=127.0.0.1:2", "a=127.0.0.1:1"]})");

    const ConfigEntries both{{"listen", "b=127.0.0.1:2"}, {"listen", "a=127.0.0.1:1"}};
    EXPECT_EQ(readConfigFile(xml), both);
    EXPECT_EQ(readConfigFile(json), both);
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
    expectRefused(scratch.write("web.ini", "x"), 64, "ends in .properties, .xml or .json");
    expectRefused(scratch.write("cut.json", "{\"a\": "), 64, "is damaged");
    expectRefused(scratch.write("cut.xml", "<a><b>"), 64, "is damaged");
}

} // namespace
} // namespace baton::assemble
