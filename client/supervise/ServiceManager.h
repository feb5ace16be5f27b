// What runs Baton, told what Baton is at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton::supervise {

/// Speaks to NOTIFY_SOCKET of our own environment; silent without one. The main pid stays ours for good, so it is
/// never said.  [sd_notify(3)]
class ServiceManager {
public:
    ServiceManager();

    void ready();
    void status(const std::string& text) const;
    void stopping() const;

private:
    std::string socket_;
    bool saidReady_ = false;
};

} // namespace baton::supervise
