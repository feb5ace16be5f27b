// What a person decides over the control socket: approve, hold, resume. Written down for the agent, which obeys it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Status.h"
#include "client/core/Log.h"
#include "client/supervise/Ledger.h"

#include <functional>
#include <optional>
#include <string>

namespace baton::supervise {

class Steering {
public:
    /// `changed` is called when the agent should look at the store.
    Steering(Ledger& ledger, const Clock& clock, Log& log, std::function<void()> changed);

    /// The answer to `approve VERSION`, `approve` (what is offered), `hold TIME`, `hold`, `resume`: a line of JSON.
    /// Nothing for any other command. `offered` is the version that waits for an approval, or empty.
    std::optional<std::string> answer(const std::string& command, const std::string& offered);

    /// For `status`: nothing once its time is over.
    std::optional<control::HoldStatus> hold() const;

private:
    std::string approve(const std::string& version);
    std::string hold(const std::string& until);
    std::string resume();
    std::string record(const std::string& step, const Ledger::Change& change);

    Ledger& ledger_;
    const Clock& clock_;
    Log& log_;
    std::function<void()> changed_;
};

} // namespace baton::supervise
