// HTTPS in front of an update server that speaks HTTP: what is asked by TLS is asked there, and its addresses are ours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/TemporaryDirectory.h"
#include "tests/transport/Authority.h"

#include <Poco/Net/SecureServerSocket.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace baton::system {

/// On 127.0.0.1. Demands a certificate of its own authority. One connection at a time, one request on each.
class TlsGate {
public:
    TlsGate(std::uint16_t to, const std::string& name);
    ~TlsGate();
    TlsGate(const TlsGate&) = delete;
    TlsGate& operator=(const TlsGate&) = delete;

    /// ca.pem, client.pem, client.key, which its owner alone may read.
    std::filesystem::path file(const std::string& name) const { return directory_.path() / name; }
    std::uint16_t port() const { return port_; }
    std::string url() const { return "https://" + name_ + ':' + std::to_string(port_); }

    std::vector<std::string> requests() const;

private:
    Poco::Net::SecureServerSocket listen();
    void serve();
    void answer(Poco::Net::StreamSocket client);

    testing::TemporaryDirectory directory_;
    std::uint16_t to_;
    std::string name_;
    Poco::Net::SecureServerSocket socket_;
    std::uint16_t port_ = 0;
    std::atomic<bool> over_{false};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

} // namespace baton::system
