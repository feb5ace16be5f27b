// What runs Baton, told what Baton is at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/supervise/Snapshot.h"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace baton::supervise {

/// Speaks to NOTIFY_SOCKET of our own environment; silent without one. The main pid stays ours for good, so it is
/// never said.  [sd_notify(3)]
class ServiceManager {
public:
    /// `names` are those of the programs, by their numbers; the only one's is empty. `report`: who started us waits
    /// there for what READY=1 says, too; -1: nobody does.  [client/os/StartReport.h]
    explicit ServiceManager(std::vector<std::string> names, int report = -1);

    ServiceManagerState save() const { return {saidReady_, ready_, ended_, stopping_, texts_}; }
    void restore(const ServiceManagerState& state);

    /// READY=1 once each program has been ready or has ended, and one at least was ready.
    void ready(int program);
    void ended(int program);

    /// Of several programs it is what each of them said last, with its name.
    void status(int program, const std::string& text);

    /// STOPPING=1 once all of them stop.
    void stopping(int program);

private:
    void sayReady();

    std::string socket_;
    std::vector<std::string> names_;
    std::vector<std::string> texts_;
    std::set<int> ready_;
    std::set<int> ended_;
    std::set<int> stopping_;
    int report_;
    bool saidReady_ = false;
};

} // namespace baton::supervise
