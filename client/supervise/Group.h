// Programs that hand over together or not at all: has done what GroupPlan decides.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/store/GroupRecord.h"
#include "client/supervise/GroupPlan.h"
#include "client/supervise/Program.h"
#include "client/supervise/Snapshot.h"

#include <functional>
#include <string>
#include <vector>

namespace baton::supervise {

/// Its members are called later, from the loop, never out of a call of theirs.
class Group {
public:
    /// A program by its number; a member may be another object each time, since one that has ended may be started
    /// again.
    using Find = std::function<Program&(int number)>;

    /// @param members the numbers of its programs
    /// @param longestWait for members whose agents get no answer
    Group(loop::EventLoop& loop, Log& log, std::string name, const std::filesystem::path& root,
          std::vector<int> members, Duration longestWait, Find find);

    bool has(int number) const;

    const std::string& name() const { return name_; }

    /// Of a group as an earlier supervisor had it: it goes on from there.
    GroupSnapshot save() const;
    void restore(const GroupSnapshot& snapshot);

    /// Before the programs start: what a Baton that was killed had decided is done, for all members or for none.
    void recover();

    /// A member stands elsewhere now.
    void stands(int number);
    void passed(int number, Half half);
    /// A member's release came to nothing; also of one that is taken back for another's fault.
    void failed(int number, const std::string& why);
    void settled(int number);
    /// The server has a member's next release, or none: who was taken back for its fault need not wait any more.
    void lift(int number);

    /// What a member waits for, for people; empty: for nothing.
    std::string sentence(int number) const;

private:
    static constexpr Duration BeforeNextTry{2'000};

    void happen(const Happened& happened);
    void lookSoon();
    void look();
    void armWait();
    void waitUntil(Instant due);
    bool record(const Order& order) const;
    bool forget();
    void carryOut(const Order& order);
    int placeOf(int number) const;
    Program& member(int place) const;

    loop::EventLoop& loop_;
    Log& log_;
    std::string name_;
    store::GroupFile file_;
    std::vector<int> numbers_; // by the members' places
    Duration longestWait_;
    Find find_;
    GroupState state_;
    std::vector<std::string> whys_; // each member failed; empty: it did not, as far as is known
    loop::Registration look_;
    loop::Registration wait_;
    loop::Registration forgetAgain_;
};

} // namespace baton::supervise
