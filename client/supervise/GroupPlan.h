// Programs that hand over together or not at all: what each of them is at, and what follows from that. Decides, and
// does nothing. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/GroupRecord.h"
#include "client/supervise/Settings.h"
#include "client/supervise/StateTable.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace baton::supervise {

/// Where a member stands that is in no hand-off.
enum class Stand {
    Unasked,  ///< its agent has not heard from the server since the group asked
    UnderWay, ///< a release is on its way here, or is offered and waits for a person
    Nothing,  ///< the server has nothing new for it
    Failing,  ///< what the server has for it cannot be taken
    Offered,  ///< its release is installed, and waits for the group
    Away      ///< it is over, or has no release yet: it takes no part
};

/// How far a member is that takes part.
enum class Progress {
    Out,          ///< it takes none
    Waits,        ///< it begins when the others serve alone: one of --handoff restart
    Begun,        ///< its candidate starts, or is on probation beside the old release
    PassedBeside, ///< that half is over, and it waits for the others
    Alone,        ///< its candidate serves alone
    PassedAlone,  ///< that half is over, too
    Back          ///< it is being taken back
};

enum class GroupPhase { Gathering, Beside, Alone, TakingBack };

struct Member {
    Handoff way = Handoff::Overlap;
    Stand stand = Stand::Nothing;
    Progress progress = Progress::Out;
    bool asked = false; ///< in this gathering

    friend bool operator==(const Member&, const Member&) = default;
};

struct GroupState {
    GroupPhase phase = GroupPhase::Gathering;
    bool waitIsOver = false;       ///< --group-wait
    std::optional<int> failing{};  ///< whose fault it is that all are taken back
    std::vector<Member> members{}; ///< by their places in the group

    friend bool operator==(const GroupState&, const GroupState&) = default;
};

/// What happens to a group. `member` is a place in it.
struct Happened {
    enum class What {
        Stands,  ///< it stands where `stand` says
        Passed,  ///< its probation's `half` is over
        Failed,  ///< its release was taken back for its own fault, refused or given up
        Settled, ///< of one that was taken back: the old release serves again, or it is over
        WaitIsOver
    };

    What what;
    int member = 0;
    Stand stand = Stand::Nothing;
    Half half = Half::Beside;
};

/// What is to be done, in this order.
struct Order {
    enum class Do {
        Ask,          ///< let its agent ask the server now
        RecordBegin,  ///< durably: who takes part, and with what
        Begin,        ///< its hand-off
        GoOn,         ///< the half is over for all: the old release drains
        RecordCommit, ///< durably: from here on all are committed, whatever happens
        Commit,
        TakeBack, ///< its candidate, or what waits to be one, for the fault of `because`
        Forget    ///< the record
    };

    Do what;
    int member = 0;
    int because = 0;

    friend bool operator==(const Order&, const Order&) = default;
};

struct Plan {
    std::vector<Order> orders;
    GroupState next; ///< once they are done
};

/// | phase      | ends when                                                    | then                             |
/// |------------|--------------------------------------------------------------|----------------------------------|
/// | Gathering  | one is offered, none is under way, all have been asked or    | record, begin those that overlap |
/// |            | the wait is over                                             |                                  |
/// | Gathering  | one is offered, another failing                              | take back what is offered        |
/// | Beside     | each that has begun has passed that half                     | go on; begin the others          |
/// | Alone      | each has passed that half                                    | record the commit, commit, forget|
/// | Beside,    | one has failed                                               | take back all others             |
/// | Alone      |                                                              |                                  |
/// | TakingBack | each has settled                                             | forget, gather                   |
void take(GroupState& state, const Happened& happened);

/// What follows from where all stand; nothing to do where that is nothing new. An order that cannot be carried out, a
/// record alone, leaves the state as it was: it is planned again.
Plan plan(const GroupState& state);

/// What the store of a member says of the release that the record names.
enum class Found {
    OnItsWay, ///< it is the one on its way in
    Settled   ///< it is not: committed, taken back, or the member is no more
};

enum class AfterCrash {
    Nothing, ///< it is settled; or all are on their way in, and are offered together again
    Commit,  ///< that was decided for all
    TakeBack ///< another member's was taken back already
};

/// What a Baton does that finds the record of one that was killed: both or neither.
std::vector<AfterCrash> recover(store::GroupStep step, const std::vector<Found>& members);

/// Whether a record of the group names it: from Begin to Forget.
bool takesPart(const Member& member);

} // namespace baton::supervise
