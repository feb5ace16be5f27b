// A proxy that opens a tunnel to one port of 127.0.0.1, whatever host it is asked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace baton::testing {

class TunnelProxy {
public:
    explicit TunnelProxy(std::uint16_t target);
    ~TunnelProxy();
    TunnelProxy(const TunnelProxy&) = delete;
    TunnelProxy& operator=(const TunnelProxy&) = delete;

    std::string url(const std::string& user = {}) const;

    /// The heads that came.
    std::vector<std::string> asked() const;

private:
    void serve();
    void tunnel(int client) const;
    bool pass(int from, int to) const;

    os::UniqueFd listener_;
    std::uint16_t port_ = 0;
    std::uint16_t target_;
    std::atomic<bool> over_{false};
    mutable std::mutex mutex_;
    std::vector<std::string> asked_;
    std::thread thread_;
};

} // namespace baton::testing
