// What we demand of a server's certificate, and why one was refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/Context.h>

#include <filesystem>
#include <memory>
#include <string>

namespace baton::transport {

/// One TLS client context, for one host: certificate verified strictly against `caFile` (the system's authorities when
/// empty), the name bound into the check of the chain, TLS 1.2 or later. Nothing of Poco's process-wide SSLManager is
/// used: it belongs to the program, and may ask at the console.
class Tls {
public:
    /// @throws Poco::Exception when the file cannot be used.
    Tls(const std::string& host, const std::filesystem::path& caFile);

    const Poco::Net::Context::Ptr& context() const { return context_; }

    /// Why the certificate was refused, in OpenSSL's words; empty if it was not.
    std::string refusal() const { return *refusal_; }

private:
    std::shared_ptr<std::string> refusal_; // Owned here and by the context's handler, which Poco may keep longer.
    Poco::Net::Context::Ptr context_;
};

} // namespace baton::transport
