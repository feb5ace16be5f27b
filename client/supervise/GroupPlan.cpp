#include "client/supervise/GroupPlan.h"

#include <algorithm>

namespace baton::supervise {
namespace {

using Do = Order::Do;

template <typename Test>
bool any(const GroupState& state, Test test)
{
    return std::any_of(state.members.begin(), state.members.end(), test);
}

bool anyStands(const GroupState& state, Stand stand)
{
    return any(state, [stand](const Member& member) { return member.stand == stand; });
}

/// What `change` makes of each member that passes `test` is ordered.
template <typename Test, typename Change>
void order(Plan& plan, Do what, Test test, Change change)
{
    for (std::size_t i = 0; i < plan.next.members.size(); ++i) {
        auto& member = plan.next.members[i];
        if (!test(member)) continue;
        plan.orders.push_back({what, static_cast<int>(i), plan.next.failing.value_or(0)});
        change(member);
    }
}

bool mayBeAsked(const Member& member)
{
    return !member.asked &&
           (member.stand == Stand::Unasked || member.stand == Stand::Nothing || member.stand == Stand::Failing);
}

void takeBackOffered(Plan& plan)
{
    const auto& members = plan.next.members;
    const auto failing = std::find_if(members.begin(), members.end(),
                                      [](const Member& member) { return member.stand == Stand::Failing; });
    plan.next.failing = static_cast<int>(failing - members.begin());
    order(
        plan, Do::TakeBack, [](const Member& member) { return member.stand == Stand::Offered; },
        [](Member& member) { member.stand = Stand::Unasked; }); // It has not begun, and is back at once.
    plan.next.failing.reset();
}

void beginTheWaiting(Plan& plan)
{
    order(
        plan, Do::Begin, [](const Member& member) { return member.progress == Progress::Waits; },
        [](Member& member) { member.progress = Progress::Alone; });
}

void begin(Plan& plan)
{
    plan.orders.push_back({Do::RecordBegin});
    for (auto& member : plan.next.members)
        if (member.stand == Stand::Offered && member.way == Handoff::Restart) member.progress = Progress::Waits;
    order(
        plan, Do::Begin,
        [](const Member& member) { return member.stand == Stand::Offered && member.way == Handoff::Overlap; },
        [](Member& member) { member.progress = Progress::Begun; });
    const bool anyBesides = any(plan.next, [](const Member& member) { return member.progress == Progress::Begun; });
    plan.next.phase = anyBesides ? GroupPhase::Beside : GroupPhase::Alone;
    if (!anyBesides) beginTheWaiting(plan);
}

void gather(Plan& plan)
{
    auto& state = plan.next;
    if (!anyStands(state, Stand::Offered)) {
        state.waitIsOver = false;
        for (auto& member : state.members) member.asked = false;
        return;
    }
    // What it said before somebody was offered may be old.
    order(plan, Do::Ask, mayBeAsked, [](Member& member) {
        member.asked = true;
        member.stand = Stand::Unasked;
    });
    if (!plan.orders.empty()) state.waitIsOver = false; // They get their time, too.
    if (anyStands(state, Stand::Failing)) return takeBackOffered(plan);
    if (anyStands(state, Stand::UnderWay) || (anyStands(state, Stand::Unasked) && !state.waitIsOver)) return;
    begin(plan);
}

void goOn(Plan& plan)
{
    if (any(plan.next, [](const Member& member) { return member.progress == Progress::Begun; })) return;
    order(
        plan, Do::GoOn, [](const Member& member) { return member.progress == Progress::PassedBeside; },
        [](Member& member) { member.progress = Progress::Alone; });
    beginTheWaiting(plan);
    plan.next.phase = GroupPhase::Alone;
}

void gatherAnew(Plan& plan)
{
    plan.orders.push_back({Do::Forget});
    for (auto& member : plan.next.members) member = {member.way, member.stand, Progress::Out, false};
    plan.next.failing.reset();
    plan.next.waitIsOver = false;
    plan.next.phase = GroupPhase::Gathering;
}

void commit(Plan& plan)
{
    const auto isIn = [](const Member& member) { return member.progress != Progress::Out; };
    if (any(plan.next, [&](const Member& member) { return isIn(member) && member.progress != Progress::PassedAlone; }))
        return;
    plan.orders.push_back({Do::RecordCommit});
    order(plan, Do::Commit, isIn, [](Member& member) { member.stand = Stand::Nothing; });
    gatherAnew(plan);
}

void takeBack(Plan& plan)
{
    order(
        plan, Do::TakeBack,
        [](const Member& member) { return member.progress != Progress::Out && member.progress != Progress::Back; },
        [](Member& member) {
            member.progress = Progress::Back;
            member.stand = Stand::Unasked;
        });
    plan.next.phase = GroupPhase::TakingBack;
}

void pass(Member& member, Half half)
{
    if (member.progress == Progress::Out || member.progress == Progress::Back) return;
    if (half == Half::Alone)
        member.progress = Progress::PassedAlone; // Also of one whose old release has died beside it.
    else if (member.progress == Progress::Begun)
        member.progress = Progress::PassedBeside;
}

} // namespace

bool takesPart(const Member& member) { return member.progress != Progress::Out; }

std::vector<AfterCrash> recover(store::GroupStep step, const std::vector<Found>& members)
{
    const bool isWhole =
        std::all_of(members.begin(), members.end(), [](Found found) { return found == Found::OnItsWay; });
    std::vector<AfterCrash> after;
    for (const auto found : members) {
        const auto otherwise = step == store::GroupStep::Commit ? AfterCrash::Commit : AfterCrash::TakeBack;
        const bool goesOn = step == store::GroupStep::Begin && isWhole;
        after.push_back(found != Found::OnItsWay || goesOn ? AfterCrash::Nothing : otherwise);
    }
    return after;
}

void take(GroupState& state, const Happened& happened)
{
    if (happened.what == Happened::What::WaitIsOver) {
        state.waitIsOver = state.phase == GroupPhase::Gathering;
        return;
    }
    auto& member = state.members.at(static_cast<std::size_t>(happened.member));
    switch (happened.what) {
    case Happened::What::Stands: member.stand = happened.stand; return;
    case Happened::What::Passed: return pass(member, happened.half);
    case Happened::What::Failed:
        member.stand = Stand::Failing;
        member.asked = true; // That is its answer.
        if (state.phase == GroupPhase::Gathering || member.progress == Progress::Out) return;
        if (!state.failing) state.failing = happened.member;
        member.progress = Progress::Back; // It goes back by itself.
        return;
    case Happened::What::Settled:
        if (member.progress == Progress::Back) member.progress = Progress::Out;
        return;
    case Happened::What::WaitIsOver: return;
    }
}

Plan plan(const GroupState& state)
{
    Plan plan{{}, state};
    if (state.failing && state.phase != GroupPhase::TakingBack) {
        takeBack(plan);
        return plan;
    }
    switch (state.phase) {
    case GroupPhase::Gathering: gather(plan); break;
    case GroupPhase::Beside: goOn(plan); break;
    case GroupPhase::Alone: commit(plan); break;
    case GroupPhase::TakingBack:
        if (!any(plan.next, takesPart)) gatherAnew(plan);
        break;
    }
    return plan;
}

} // namespace baton::supervise
