// The groups of all programs, each asked by the number of a member.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/supervise/Group.h"
#include "client/supervise/Settings.h"
#include "client/supervise/Snapshot.h"

#include <memory>
#include <vector>

namespace baton::supervise {

class Groups {
public:
    /// `find` as Group has it: the programs are there already. `settings` is only read here.
    Groups(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings, const Group::Find& find);

    std::vector<GroupSnapshot> save() const;
    void restore(const std::vector<GroupSnapshot>& states);

    /// Before the programs start.
    void recover();

    /// That program's; none if it is in no group.
    Group* of(int number) const;

private:
    std::vector<std::unique_ptr<Group>> all_;
};

} // namespace baton::supervise
