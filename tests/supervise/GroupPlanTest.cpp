// Every way that a group of two and of three can go, with a crash of Baton before and after each of its orders.
#include "client/supervise/GroupPlan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace baton::supervise {
namespace {

using Do = Order::Do;
using What = Happened::What;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto Overlap = Handoff::Overlap;
constexpr auto Restart = Handoff::Restart;

GroupState groupOf(const std::vector<Handoff>& ways)
{
    GroupState state;
    for (const auto way : ways) state.members.push_back({way, Stand::Nothing, Progress::Out, false});
    return state;
}

/// A group and what was ordered of it.
struct Played {
    GroupState state;
    std::vector<Order> orders{};

    void happens(const Happened& happened)
    {
        take(state, happened);
        for (auto next = plan(state); next.next != state || !next.orders.empty(); next = plan(state)) {
            state = next.next;
            orders.insert(orders.end(), next.orders.begin(), next.orders.end());
        }
    }
    void stands(int member, Stand stand) { happens({What::Stands, member, stand}); }
    void passes(int member, Half half) { happens({What::Passed, member, Stand::Nothing, half}); }

    std::vector<std::pair<Do, int>> done()
    {
        std::vector<std::pair<Do, int>> all;
        for (const auto& order : std::exchange(orders, {})) all.emplace_back(order.what, order.member);
        return all;
    }
};

std::pair<Do, int> did(Do what, int member = 0) { return {what, member}; }

TEST(GroupPlan, WaitsUntilAllHaveBeenAskedAndNoneIsUnderWay)
{
    Played group{groupOf({Overlap, Overlap, Overlap})};

    group.stands(0, Stand::Offered);
    EXPECT_THAT(group.done(), ElementsAre(did(Do::Ask, 1), did(Do::Ask, 2)));
    group.stands(1, Stand::UnderWay);
    group.stands(2, Stand::Nothing);
    EXPECT_THAT(group.done(), IsEmpty());
    group.stands(1, Stand::Offered);

    EXPECT_THAT(group.done(), ElementsAre(did(Do::RecordBegin), did(Do::Begin, 0), did(Do::Begin, 1)));
}

TEST(GroupPlan, GoesOnWithoutThoseWhoseServersDoNotAnswerInTime)
{
    Played group{groupOf({Overlap, Overlap})};
    group.stands(0, Stand::Offered);
    group.done();

    group.happens({What::WaitIsOver});

    EXPECT_THAT(group.done(), ElementsAre(did(Do::RecordBegin), did(Do::Begin, 0)));
}

TEST(GroupPlan, HasEachHalfOverForAllBeforeTheNext)
{
    Played group{groupOf({Overlap, Overlap})};
    group.stands(0, Stand::Offered);
    group.stands(1, Stand::Offered);
    group.done();

    group.passes(0, Half::Beside);
    EXPECT_THAT(group.done(), IsEmpty());
    group.passes(1, Half::Beside);
    EXPECT_THAT(group.done(), ElementsAre(did(Do::GoOn, 0), did(Do::GoOn, 1)));
    group.passes(1, Half::Alone);
    EXPECT_THAT(group.done(), IsEmpty());
    group.passes(0, Half::Alone);

    EXPECT_THAT(group.done(),
                ElementsAre(did(Do::RecordCommit), did(Do::Commit, 0), did(Do::Commit, 1), did(Do::Forget)));
}

TEST(GroupPlan, SwitchesWhoCannotOverlapWhenTheOthersServeAlone)
{
    Played group{groupOf({Overlap, Restart})};
    group.stands(1, Stand::Offered);
    group.stands(0, Stand::Offered);
    EXPECT_THAT(group.done(), ElementsAre(did(Do::Ask, 0), did(Do::RecordBegin), did(Do::Begin, 0)));

    group.passes(0, Half::Beside);

    EXPECT_THAT(group.done(), ElementsAre(did(Do::GoOn, 0), did(Do::Begin, 1)));
}

TEST(GroupPlan, TakesAllBackWhenOneFails)
{
    Played group{groupOf({Overlap, Overlap, Restart})};
    for (const int member : {0, 1, 2}) group.stands(member, Stand::Offered);
    group.done();

    group.happens({What::Failed, 1});
    ASSERT_EQ(group.orders.size(), 2U);
    EXPECT_EQ(group.orders[0], (Order{Do::TakeBack, 0, 1}));
    EXPECT_EQ(group.orders[1], (Order{Do::TakeBack, 2, 1}));
    group.done();
    group.happens({What::Settled, 0});
    group.happens({What::Settled, 2});
    EXPECT_THAT(group.done(), IsEmpty()); // The one to blame goes back as well.
    group.happens({What::Settled, 1});

    EXPECT_THAT(group.done(), ElementsAre(did(Do::Forget)));
}

TEST(GroupPlan, TakesBackWhatWaitsForOneThatIsRefused)
{
    Played group{groupOf({Overlap, Overlap})};
    group.stands(1, Stand::UnderWay);
    group.stands(0, Stand::Offered);
    EXPECT_THAT(group.done(), IsEmpty());

    group.happens({What::Failed, 1});

    ASSERT_EQ(group.orders.size(), 1U);
    EXPECT_EQ(group.orders[0], (Order{Do::TakeBack, 0, 1}));
}

// What a member's server said before somebody was offered may be old: it is asked, and only then believed.
TEST(GroupPlan, AsksOnceMoreWhoFailedBefore)
{
    Played group{groupOf({Overlap, Overlap})};
    group.happens({What::Failed, 1});
    group.stands(0, Stand::Offered);
    EXPECT_THAT(group.done(), ElementsAre(did(Do::Ask, 1)));

    group.stands(1, Stand::Failing);

    EXPECT_THAT(group.done(), ElementsAre(did(Do::TakeBack, 0)));
}

TEST(GroupRecovery, IsBothOrNeither)
{
    const auto way = Found::OnItsWay;
    const auto settled = Found::Settled;
    EXPECT_THAT(recover(store::GroupStep::Begin, {way, way}), ElementsAre(AfterCrash::Nothing, AfterCrash::Nothing));
    EXPECT_THAT(recover(store::GroupStep::Begin, {way, settled}),
                ElementsAre(AfterCrash::TakeBack, AfterCrash::Nothing));
    EXPECT_THAT(recover(store::GroupStep::Commit, {way, settled}),
                ElementsAre(AfterCrash::Commit, AfterCrash::Nothing));
    EXPECT_THAT(recover(store::GroupStep::Commit, {way, way}), ElementsAre(AfterCrash::Commit, AfterCrash::Commit));
}

// ---- All that can happen.

enum class Stored { None, OnItsWay, Committed, TakenBack };

struct World {
    GroupState group;
    std::vector<Stored> stores{};
    std::optional<store::GroupStep> record{};
    std::set<int> recorded{};
    std::set<int> together{}; ///< the members of the hand-off under way

    std::string print() const
    {
        std::string text{static_cast<char>('a' + static_cast<int>(group.phase)),
                         static_cast<char>('0' + (group.waitIsOver ? 1 : 0)),
                         static_cast<char>('0' + group.failing.value_or(9))};
        for (std::size_t i = 0; i < stores.size(); ++i) {
            const auto& member = group.members[i];
            text += static_cast<char>('a' + static_cast<int>(member.stand));
            text += static_cast<char>('a' + static_cast<int>(member.progress));
            text += static_cast<char>('a' + static_cast<int>(stores[i]));
            text += static_cast<char>('0' + (member.asked ? 1 : 0) +
                                      2 * static_cast<int>(together.count(static_cast<int>(i))));
        }
        return text + (record ? (*record == store::GroupStep::Begin ? "b" : "c") : "-");
    }
};

class Explorer {
public:
    explicit Explorer(const std::vector<Handoff>& ways)
    {
        World world{groupOf(ways)};
        world.stores.resize(ways.size(), Stored::None);
        explore(world);
    }

    std::size_t states() const { return known_.size(); }
    std::size_t crashes() const { return crashes_; }

    /// States from which no way leads to one where nothing is under way.
    std::size_t traps() const
    {
        std::set<std::string> free = calm_;
        std::deque<std::string> open(calm_.begin(), calm_.end());
        while (!open.empty()) {
            const auto state = open.front();
            open.pop_front();
            const auto before = comesFrom_.find(state);
            if (before == comesFrom_.end()) continue;
            for (const auto& one : before->second)
                if (free.insert(one).second) open.push_back(one);
        }
        return known_.size() - free.size();
    }

private:
    void explore(const World& first)
    {
        std::deque<World> open{first};
        known_.insert(first.print());
        while (!open.empty() && !::testing::Test::HasFailure()) {
            const auto world = open.front();
            open.pop_front();
            const auto name = world.print();
            if (world.together.empty()) calm_.insert(name);
            for (const auto& happened : whatMayHappen(world)) {
                auto next = after(world, happened);
                comesFrom_[next.print()].insert(name);
                if (known_.insert(next.print()).second) open.push_back(std::move(next));
            }
        }
    }

    static std::vector<Happened> whatMayHappen(const World& world)
    {
        std::vector<Happened> all;
        if (world.group.phase == GroupPhase::Gathering) all.push_back({What::WaitIsOver});
        for (int i = 0; i < static_cast<int>(world.stores.size()); ++i) {
            const auto& member = world.group.members[static_cast<std::size_t>(i)];
            if (member.progress == Progress::Out) {
                if (member.stand != Stand::Offered)
                    for (const auto stand :
                         {Stand::Unasked, Stand::UnderWay, Stand::Nothing, Stand::Failing, Stand::Offered, Stand::Away})
                        if (stand != member.stand) all.push_back({What::Stands, i, stand});
                if (member.stand == Stand::Offered || member.stand == Stand::UnderWay) all.push_back({What::Failed, i});
                continue;
            }
            if (member.progress == Progress::Back) {
                all.push_back({What::Settled, i});
                continue;
            }
            all.push_back({What::Failed, i});
            if (member.progress == Progress::Begun) all.push_back({What::Passed, i, Stand::Nothing, Half::Beside});
            if (member.progress != Progress::Waits && member.progress != Progress::PassedAlone)
                all.push_back({What::Passed, i, Stand::Nothing, Half::Alone}); // Its old release may die beside it.
        }
        return all;
    }

    World after(World world, const Happened& happened)
    {
        const auto at = static_cast<std::size_t>(happened.member);
        if (happened.what == What::Stands && happened.stand == Stand::Offered) world.stores[at] = Stored::OnItsWay;
        if (happened.what == What::Failed) world.stores[at] = Stored::TakenBack;
        crash(world);
        take(world.group, happened);
        for (auto next = plan(world.group); next.next != world.group || !next.orders.empty();
             next = plan(world.group)) {
            check(world, next);
            world.group = next.next;
            for (const auto& order : next.orders) carryOut(world, order);
        }
        return world;
    }

    void check(const World& world, const Plan& plan)
    {
        std::set<int> committed;
        for (const auto& order : plan.orders) {
            const auto& member = world.group.members[static_cast<std::size_t>(order.member)];
            if (order.what == Do::Commit) committed.insert(order.member);
            if (order.what == Do::Begin) {
                EXPECT_TRUE(member.stand == Stand::Offered || member.progress == Progress::Waits) << world.print();
                for (const auto& other : world.group.members)
                    EXPECT_FALSE(world.group.phase == GroupPhase::Gathering &&
                                 (other.stand == Stand::UnderWay || other.stand == Stand::Failing))
                        << world.print();
            }
            if (order.what == Do::GoOn) {
                for (const auto& other : world.group.members) EXPECT_NE(other.progress, Progress::Begun);
            }
            if (order.what == Do::TakeBack) {
                EXPECT_NE(world.stores[static_cast<std::size_t>(order.member)], Stored::Committed) << world.print();
            }
        }
        if (committed.empty()) return;
        EXPECT_EQ(committed, world.together) << world.print(); // Nobody is left out.
        EXPECT_EQ(plan.orders.front().what, Do::RecordCommit);
        EXPECT_FALSE(world.group.failing.has_value());
    }

    void carryOut(World& world, const Order& order)
    {
        const auto at = static_cast<std::size_t>(order.member);
        switch (order.what) {
        case Do::RecordBegin:
        case Do::RecordCommit:
            world.record = order.what == Do::RecordBegin ? store::GroupStep::Begin : store::GroupStep::Commit;
            for (std::size_t i = 0; order.what == Do::RecordBegin && i < world.stores.size(); ++i)
                if (world.group.members[i].stand == Stand::Offered) world.recorded.insert(static_cast<int>(i));
            world.together = world.recorded;
            break;
        case Do::Commit: world.stores[at] = Stored::Committed; break;
        case Do::TakeBack:
            if (world.stores[at] == Stored::OnItsWay) world.stores[at] = Stored::TakenBack;
            break;
        case Do::Forget:
            EXPECT_EQ(outcomes(world).size(), 1U) << world.print();
            world.record.reset();
            world.recorded.clear();
            world.together.clear();
            break;
        case Do::Ask:
        case Do::Begin:
        case Do::GoOn: break;
        }
        crash(world);
        if (world.together.empty())
            for (auto& store : world.stores)
                if (store != Stored::OnItsWay) store = Stored::None; // The next release is another one.
    }

    /// Whether the members of the hand-off were committed: one answer, or there is something wrong.
    static std::set<bool> outcomes(const World& world)
    {
        std::set<bool> all;
        for (const int member : world.together)
            all.insert(world.stores[static_cast<std::size_t>(member)] == Stored::Committed);
        return all;
    }

    // Baton dies here, and the next one reads what is written.
    void crash(World world)
    {
        ++crashes_;
        if (world.record) {
            std::vector<Found> found;
            for (const int member : world.recorded)
                found.push_back(world.stores[static_cast<std::size_t>(member)] == Stored::OnItsWay ? Found::OnItsWay
                                                                                                   : Found::Settled);
            const auto what = recover(*world.record, found);
            std::size_t i = 0;
            for (const int member : world.recorded) {
                auto& store = world.stores[static_cast<std::size_t>(member)];
                if (what[i] == AfterCrash::Commit) store = Stored::Committed;
                if (what[i] == AfterCrash::TakeBack) store = Stored::TakenBack;
                ++i;
            }
        }
        EXPECT_LE(outcomes(world).size(), 1U) << world.print();
        std::set<bool> onTheirWay; // Who is still on its way is offered again: all of them, or none.
        for (const int member : world.together)
            onTheirWay.insert(world.stores[static_cast<std::size_t>(member)] == Stored::OnItsWay);
        EXPECT_LE(onTheirWay.size(), 1U) << world.print();
    }

    std::set<std::string> known_;
    std::set<std::string> calm_;
    std::map<std::string, std::set<std::string>> comesFrom_;
    std::size_t crashes_ = 0;
};

void exploreAll(const std::vector<Handoff>& ways)
{
    const Explorer explorer(ways);
    EXPECT_EQ(explorer.traps(), 0U);
    EXPECT_GT(explorer.states(), 100U);
    ::testing::Test::RecordProperty("states", static_cast<int>(explorer.states()));
    ::testing::Test::RecordProperty("crashes", static_cast<int>(explorer.crashes()));
}

TEST(GroupModel, IsBothOrNeitherForTwoThatOverlap) { exploreAll({Overlap, Overlap}); }
TEST(GroupModel, IsBothOrNeitherForOneOfEachKind) { exploreAll({Overlap, Restart}); }
TEST(GroupModel, IsBothOrNeitherForTwoThatCannotOverlap) { exploreAll({Restart, Restart}); }
TEST(GroupModel, IsAllOrNoneForThree) { exploreAll({Overlap, Overlap, Restart}); }

} // namespace
} // namespace baton::supervise
