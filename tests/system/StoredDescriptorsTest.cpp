// What a release stores outlives it: a chat's guests, WebSockets of theirs, stay connected through five updates.
// SPDX-License-Identifier: Apache-2.0
#include "client/control/Client.h"
#include "tests/system/UpdatedChat.h"

#include <csignal>
#include <memory>
#include <string>
#include <vector>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct StoredDescriptors : UpdatedChat {
    // Four guests count aloud all the time; each must hear every number of each other one, in order, through five
    // updates, and none is ever cut off.
    void keepsGuestsThroughFiveUpdates()
    {
        std::vector<std::unique_ptr<Guest>> guests;
        for (int i = 0; i < 4; ++i) guests.push_back(std::make_unique<Guest>(web));
        ASSERT_TRUE(eventually([this] { return has("4 guests"); }));
        Talk talk(guests);
        for (int i = 1; i <= 5; ++i) {
            const auto version = "1." + std::to_string(i) + ".0";
            EXPECT_TRUE(update(version, scratch.copyOf(CHAT, version), version + " committed"));
            EXPECT_TRUE(eventually([&] { return isServing(version) && has("4 guests"); }));
            EXPECT_TRUE(eventually([&] { return status().draining.empty(); }));
        }
        EXPECT_THAT(talk.end(), IsEmpty());
        EXPECT_GT(talk.numbers(), 5);
        guests.front()->say("good night");
        EXPECT_EQ(guests.back()->hears(), "good night");
        EXPECT_EQ(stop(), 0);
        EXPECT_EQ(guests.back()->hears(), "") << "with Baton its store has ended";
    }

    // On their way to the candidate, and back when a person takes that back.
    void talksWhileAPersonTakesItBack()
    {
        std::vector<std::unique_ptr<Guest>> guests;
        for (int i = 0; i < 4; ++i) guests.push_back(std::make_unique<Guest>(web));
        ASSERT_TRUE(eventually([this] { return has("4 guests"); }));
        Talk talk(guests);
        ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
        ASSERT_TRUE(eventually([this] { return candidateHas("4 guests"); }));
        const int before = talk.numbers();
        ASSERT_TRUE(eventually([&] { return talk.numbers() > before; }));

        EXPECT_EQ(control::ask(store().controlSocket(), "rollback"), "{\"accepted\":true}\n");

        EXPECT_TRUE(eventually([this] { return isServing("1.0.0") && has("4 guests"); }));
        EXPECT_TRUE(eventually([this] { return status().draining.empty(); }));
        EXPECT_THAT(talk.end(), IsEmpty());
        EXPECT_EQ(stop(), 0);
    }
};

TEST_F(StoredDescriptors, KeepGuestsThroughFiveUpdatesByRestart)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "50ms"));
    keepsGuestsThroughFiveUpdates();
}

TEST_F(StoredDescriptors, KeepGuestsThroughFiveUpdatesByOverlap)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "50ms"}, "0s"));
    keepsGuestsThroughFiveUpdates();
}

// Who comes, and what the chat stores and says of it, while nobody reads, is found by the next Baton.
TEST_F(StoredDescriptors, KeepGuestsThroughAnUpgradeOfBatonAndTheUpdateAfterIt)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "50ms"));
    Guest ann(web);
    ASSERT_TRUE(eventually([this] { return has("1 guests"); }));

    beginSlowUpgrade();
    Guest ben(web);
    ann.say("come in");
    EXPECT_EQ(ben.hears(), "come in");
    letItWork();
    ASSERT_TRUE(eventually([this] { return has("2 guests"); }));
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.1.0") && has("2 guests"); }));

    ben.say("still here");
    EXPECT_EQ(ann.hears(), "still here");
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, MoveOnWithAHandOffInWhoseMidstAnotherBatonTakesOver)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "8s"}, "0s"));
    Guest ann(web);
    Guest ben(web);
    ASSERT_TRUE(eventually([this] { return has("2 guests"); }));
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return candidateHas("2 guests"); }));

    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();
    ASSERT_EQ(status().state, "probationAlone") << "the test is too slow for what it says";
    EXPECT_TRUE(candidateHas("2 guests"));
    ann.say("to the candidate");
    EXPECT_EQ(ben.hears(), "to the candidate");
    ASSERT_TRUE(baton->says("1.1.0 committed"));
    ASSERT_TRUE(update("1.2.0", scratch.copyOf(CHAT, "1.2.0"), "1.2.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.2.0") && has("2 guests"); }));

    ben.say("good night");
    EXPECT_EQ(ann.hears(), "good night");
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, ComeBackToTheOneThatStoodByAlsoUnderAnotherBaton)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "20s"}, "0s"));
    Guest ann(web);
    Guest ben(web);
    ASSERT_TRUE(eventually([this] { return has("2 guests"); }));
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return candidateHas("2 guests"); }));

    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();
    ::kill(status().candidate->pid, SIGKILL);
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0") && has("2 guests"); }));

    ann.say("to the old one");
    EXPECT_EQ(ben.hears(), "to the old one");
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, OfOneThatWentAreNotKeptOpen)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "50ms"));
    Guest ann(web);
    {
        Guest ben(web);
        ASSERT_TRUE(eventually([this] { return has("2 guests"); }));
        ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 committed"));
        ASSERT_TRUE(eventually([this] { return has("2 guests"); }));
    }
    ASSERT_TRUE(eventually([this] { return has("1 guests"); }));
    ASSERT_TRUE(update("1.2.0", scratch.copyOf(CHAT, "1.2.0"), "1.2.0 committed"));
    EXPECT_TRUE(eventually([this] { return has("1 guests"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, GoBackWithTheReleaseThatIsTakenUpAgain)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "20s"));
    Guest ann(web);
    Guest ben(web);
    ASSERT_TRUE(eventually([this] { return has("2 guests"); }));

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return candidateHas("2 guests"); }));
    ::kill(status().candidate->pid, SIGKILL);
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0") && has("2 guests"); }));

    ann.say("still here");
    EXPECT_EQ(ben.hears(), "still here");
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, ComeBackToTheOneThatStoodBy)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "20s"}, "0s"));
    Guest ann(web);
    Guest ben(web);
    ASSERT_TRUE(eventually([this] { return has("2 guests"); }));
    const auto before = status().release->pid;

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return candidateHas("2 guests"); }));
    ann.say("to the new one");
    EXPECT_EQ(ben.hears(), "to the new one");
    ::kill(status().candidate->pid, SIGKILL);
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));

    EXPECT_EQ(status().release->pid, before);
    ann.say("to the old one");
    EXPECT_EQ(ben.hears(), "to the old one");
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_EQ(stop(), 0);
}

// What a person takes back is well, and drains: it gives its guests away, and only then the old one reads again.
TEST_F(StoredDescriptors, ComeBackToTheOneThatStoodByFromOneThatIsTakenBack)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "20s"}, "0s"));
    talksWhileAPersonTakesItBack();
}

TEST_F(StoredDescriptors, GoBackToTheReleaseBeforeFromOneThatIsTakenBackByRestart)
{
    ASSERT_TRUE(servesChat({"--handoff", "restart"}, "20s"));
    talksWhileAPersonTakesItBack();
}

TEST_F(StoredDescriptors, StayWithTheOldOneWhereTheCandidateDiesBesideIt)
{
    ASSERT_TRUE(servesChat({"--probation-alone", "50ms"}, "20s"));
    std::vector<std::unique_ptr<Guest>> guests;
    for (int i = 0; i < 3; ++i) guests.push_back(std::make_unique<Guest>(web));
    ASSERT_TRUE(eventually([this] { return has("3 guests"); }));
    Talk talk(guests);
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 on probation beside 1.0.0"));
    ASSERT_TRUE(eventually([this] { return candidateHas("0 guests"); }));

    ::kill(status().candidate->pid, SIGKILL);

    ASSERT_TRUE(baton->says("1.1.0 taken back"));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0") && has("3 guests"); }));
    const int before = talk.numbers();
    EXPECT_TRUE(eventually([&] { return talk.numbers() > before; }));
    EXPECT_THAT(talk.end(), IsEmpty());
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredDescriptors, OfACandidateThatIsTakenBackBesideTheOldOneComeToThatOne)
{
    ASSERT_TRUE(servesChat({}, "60s"));
    Guest ann(web);
    ASSERT_TRUE(eventually([this] { return has("1 guests"); }));
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(CHAT, "1.1.0"), "1.1.0 on probation beside 1.0.0"));
    const auto old = status().release->pid;
    ::kill(old, SIGSTOP); // Else either of the two might take him.
    Guest ben(web);
    ::kill(old, SIGCONT);
    ASSERT_TRUE(eventually([this] { return has("1 guests") && candidateHas("1 guests"); }));

    EXPECT_EQ(control::ask(store().controlSocket(), "rollback"), "{\"accepted\":true}\n");

    ASSERT_TRUE(eventually([this] { return isServing("1.0.0") && has("2 guests"); }));
    ben.say("taken back");
    EXPECT_EQ(ann.hears(), "taken back");
    ann.say("welcome back");
    EXPECT_EQ(ben.hears(), "welcome back");
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
