#include "client/assemble/Help.h"

#include "client/core/Text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace baton::assemble {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr unsigned All = ~0U;

std::size_t columns(std::string_view line)
{
    return static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](unsigned char byte) { return (byte & 0xC0U) != 0x80U; }));
}

void expectOneScreen(const std::string& text)
{
    const auto lines = split(text, '\n');
    EXPECT_LE(lines.size(), 57U); // The text ends with a newline.
    for (const auto line : lines) EXPECT_LE(columns(line), 100U) << line;
}

TEST(Help, FitsOnOneScreenAndHasAnExample)
{
    expectOneScreen(overview(All));
    for (const auto& command : commandTexts()) {
        for (const auto* topic : {"", "hand-off", "network", "service", "programs"}) {
            const auto text = helpOf(command.command, topic);
            expectOneScreen(text);
            const bool isOfSections = command.command == assemble::Run && std::string_view(topic) == "programs";
            EXPECT_THAT(text, HasSubstr(isOfSections ? "baton run --config FILE" : command.example));
        }
    }
}

TEST(Help, ListsWhatWorksAndNothingElse)
{
    const auto text = helpOf(assemble::Run) + helpOf(assemble::Run, "hand-off") + helpOf(assemble::Run, "network") +
                      helpOf(assemble::Run, "service");

    for (const auto& option : optionTable()) {
        const auto shown = "  --" + std::string(option.name) + ' ';
        const bool listed = (option.commands & assemble::Run) != 0 && !option.help.empty();
        EXPECT_EQ(text.find(shown) != std::string::npos, listed) << shown;
    }
    EXPECT_THAT(helpOf(assemble::Run), Not(HasSubstr("--proxy")));
    EXPECT_THAT(helpOf(assemble::Run), HasSubstr("--help network"));
    EXPECT_EQ(helpOf(assemble::Run, "nothing"), helpOf(assemble::Run));
    EXPECT_THAT(helpOf(Status), Not(HasSubstr("network")));
    EXPECT_THAT(overview(Status), Not(HasSubstr("baton decode")));
    EXPECT_THAT(overview(Status), HasSubstr("baton status"));
}

TEST(Help, ShowsWhatStandsInTheSectionsOfAFile)
{
    const auto text = helpOf(assemble::Run, "programs");

    for (const auto& option : optionTable()) {
        if (option.commands != Section) continue;
        EXPECT_THAT(text, HasSubstr("\n  " + std::string(option.name) + ' '));
        EXPECT_THAT(helpOf(assemble::Run), Not(HasSubstr("--" + std::string(option.name) + ' ')));
    }
    EXPECT_THAT(text, HasSubstr("[program web]"));
    EXPECT_THAT(helpOf(assemble::Run), HasSubstr("--help programs"));
}

TEST(Help, KnowsWhichPagesACommandHas)
{
    EXPECT_TRUE(hasPage(assemble::Run, "hand-off"));
    EXPECT_TRUE(hasPage(Check, "network"));
    EXPECT_FALSE(hasPage(Check, "hand-off"));
    EXPECT_FALSE(hasPage(assemble::Run, "handoff"));
    EXPECT_FALSE(hasPage(assemble::Run, ""));
}

TEST(Help, NamesTheNearestCommand)
{
    EXPECT_EQ(nearestCommand("stats"), "status");
    EXPECT_EQ(nearestCommand("updaet"), "update");
    EXPECT_EQ(nearestCommand("hist"), "history");
    EXPECT_EQ(nearestCommand("frobnicate"), "");
}

TEST(Help, SpeaksOfDurationsOnlyWhereOneIsTaken)
{
    EXPECT_THAT(helpOf(assemble::Run), HasSubstr("Durations: "));
    EXPECT_THAT(helpOf(Status), Not(HasSubstr("Durations: ")));
    EXPECT_THAT(helpOf(Decode), Not(HasSubstr("\n\n\n")));
}

} // namespace
} // namespace baton::assemble
