#include "client/supervise/Snapshot.h"

#include "client/supervise/TakeOver.h"
#include "tests/supervise/SnapshotSample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace baton::supervise {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string whyRefused(const std::string& text)
try {
    parseSnapshot(text);
    return "it was read";
} catch (const std::runtime_error& error) {
    return error.what();
}

std::string sample(const std::string& name)
{
    std::ifstream file(std::string(SAMPLES) + '/' + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Snapshot, IsReadAsItWasPrinted)
{
    const auto whole = testing::fullSnapshot();

    EXPECT_EQ(parseSnapshot(print(whole)), whole);
    Snapshot least;
    least.control = 3;
    EXPECT_EQ(parseSnapshot(print(least)), least);
}

TEST(Snapshot, KeepsBytesThatAreNoText)
{
    auto snapshot = testing::fullSnapshot();
    snapshot.programs[0].listeners[1].care->path->path = "/run/\xff\xfe";
    snapshot.clients[0].line = std::string("a\0b", 3);

    EXPECT_EQ(parseSnapshot(print(snapshot)), snapshot);
}

TEST(Snapshot, NamesEachDescriptorOnce)
{
    auto snapshot = testing::fullSnapshot();
    auto& handover = snapshot.programs[0].handover;
    handover.serving.reset();
    handover.standingBy.reset();
    handover.draining.clear();
    handover.candidate->heir.reset();

    EXPECT_THAT(descriptorsOf(snapshot), ElementsAre(10, 11, 12, 13, 20, 21, 40, 41, 42, 45, 80, 81));
}

TEST(Snapshot, SaysWhatIsWrongWithAText)
{
    const auto text = print(testing::fullSnapshot());

    EXPECT_THAT(whyRefused(""), HasSubstr("it is no JSON object"));
    EXPECT_THAT(whyRefused("[]"), HasSubstr("it is no JSON object"));
    EXPECT_THAT(whyRefused(text.substr(0, text.size() / 2)), HasSubstr("it is no JSON object"));
    EXPECT_THAT(whyRefused(replaced(text, "\"control\": 11", "\"control\": -1")), HasSubstr("control is out of range"));
    EXPECT_THAT(whyRefused(replaced(text, "\"control\": 11", "\"other\": 11")), HasSubstr("control is missing"));
    EXPECT_THAT(whyRefused(replaced(text, "\"pid\": 4001", "\"pid\": 1")), HasSubstr("pid is out of range"));
    EXPECT_THAT(whyRefused(replaced(text, "6001", "\"6001\"")), HasSubstr("helpers is no whole number"));
    EXPECT_THAT(whyRefused(replaced(text, "\"probationAlone\"", "\"someNewPhase\"")),
                HasSubstr("programs.handover.phase is none of the words"));
    EXPECT_THAT(whyRefused(replaced(text, "\"saidReady\": true", "\"saidReady\": 1")),
                HasSubstr("saidReady is neither true nor false"));
    EXPECT_THAT(whyRefused(replaced(text, "\"deadline\": 7000", "\"deadline\": -7000")),
                HasSubstr("deadline is out of range"));
}

TEST(Snapshot, RefusesAListenerThatIsNotThere)
{
    auto snapshot = testing::fullSnapshot();
    snapshot.programs[0].handover.candidate->listeners = {0, 2};
    EXPECT_THAT(whyRefused(print(snapshot)), HasSubstr("a generation names a listener that is not there"));

    snapshot = testing::fullSnapshot();
    snapshot.programs[0].passed = {-1};
    EXPECT_THAT(whyRefused(print(snapshot)), HasSubstr("passed names a listener that is not there"));
}

TEST(Snapshot, RefusesAMemberThatIsNotThere)
{
    auto snapshot = testing::fullSnapshot();
    snapshot.groups[0].failing = 1;
    EXPECT_THAT(whyRefused(print(snapshot)), HasSubstr("a group names a member that is not there"));
}

TEST(Snapshot, IsReadOneVersionBackAndOneForward)
{
    for (const int format : {Snapshot::Format - 1, Snapshot::Format, Snapshot::Format + 1}) {
        const auto snapshot = parseSnapshot(sample("format-" + std::to_string(format) + ".json"));
        ASSERT_EQ(snapshot.programs.size(), 1U);
        const auto& handover = snapshot.programs.front().handover;
        EXPECT_EQ(handover.phase, Phase::ProbationBeside);
        ASSERT_TRUE(handover.serving && handover.candidate);
        EXPECT_EQ(handover.candidate->number, 2);
        EXPECT_EQ(snapshot.programs.front().listeners.front().address, "web=127.0.0.1:0");
        EXPECT_NO_THROW(checkParts(snapshot)) << "releases and ledger, too";
    }
}

// By what the Baton before really wrote: the one that the tests build for it does the same.
TEST(Snapshot, IsWrittenAndReadAsTheBatonBeforeDoes)
{
    constexpr int Before = Snapshot::Format - 1;
    const auto theirs = sample("format-" + std::to_string(Before) + ".json");
    EXPECT_EQ(printAs(Before, parseSnapshotAs(Before, theirs)), theirs);

    const auto whole = testing::fullSnapshot();
    const auto known = parseSnapshotAs(Before, print(whole));
    EXPECT_EQ(parseSnapshot(printAs(Before, whole)), known) << "what it passes over, it does not write";
    EXPECT_TRUE(known.groups.empty());
    EXPECT_FALSE(known.exporter);
    EXPECT_EQ(known.programs.front().handover.candidate->number, 2);
}

TEST(Snapshot, IsNotReadFurtherAwayThanThat)
{
    const auto text = print(testing::fullSnapshot());
    const auto format = "\"format\": " + std::to_string(Snapshot::Format);
    const auto with = [&](int other) { return replaced(text, format, "\"format\": " + std::to_string(other)); };

    EXPECT_THAT(whyRefused(with(Snapshot::Format + 2)), HasSubstr("cannot be read: this Baton, "));
    EXPECT_THAT(whyRefused(with(Snapshot::Format + 2)), HasSubstr("take a version in between first"));
    EXPECT_EQ(whyRefused(with(Snapshot::Format + 1)), "it was read");
    EXPECT_EQ(whyRefused(with(Snapshot::Format - 1)), "it was read");
    EXPECT_THAT(whyRefused(replaced(text, format, "\"form\": 1")), HasSubstr("format is missing"));
}

TEST(Snapshot, CannotBeTakenOverFromWhenAPartOfItIsDamaged)
{
    auto snapshot = parseSnapshot(sample("format-" + std::to_string(Snapshot::Format + 1) + ".json"));
    snapshot.programs[0].ledger = "{}";
    EXPECT_THROW(checkParts(snapshot), std::runtime_error);

    snapshot.programs.clear();
    EXPECT_THROW(checkParts(snapshot), std::runtime_error);
    EXPECT_THROW(checkDescriptors(testing::fullSnapshot()), std::runtime_error) << "none of these is open";
}

} // namespace
} // namespace baton::supervise
