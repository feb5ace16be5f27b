// What we demand of a server's certificate, what we show of our own, and why a server was refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/NamedFile.h"
#include "client/transport/Pin.h"

#include <Poco/Net/Context.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace baton::transport {

struct TlsSettings {
    std::filesystem::path caFile;      ///< authorities that are believed; empty: the system's
    std::filesystem::path certificate; ///< our own and what it leans on, PEM; empty: none is shown
    std::filesystem::path key;         ///< its key, PEM, without a passphrase; empty: in the certificate's file
    std::vector<Pin> pins;             ///< one of them must be in the chain that was verified; empty: none is asked for
    OpenFile open = openNamed;         ///< how these files are opened
};

/// One TLS client context, for one host: certificate verified strictly, the name bound into the check of the chain,
/// TLS 1.2 or later, then the pins, all before a byte of ours is sent. Nothing of Poco's process-wide SSLManager is
/// used: it belongs to the program, whose handlers might let a certificate pass, and may ask at the console.
class Tls {
public:
    /// @throws Poco::Exception when a file cannot be used.
    Tls(const std::string& host, TlsSettings settings);
    ~Tls();
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;

    const Poco::Net::Context::Ptr& context() const { return context_; }

    /// Why the certificate was refused, in OpenSSL's words; empty if it was not.
    const std::string& refusal() const { return refusal_; }

private:
    static int verify(X509_STORE_CTX* chain, void* self);
    bool isPinned(X509_STORE_CTX* chain) const;
    void believe(const std::filesystem::path& authorities);
    void showOurs();
    void showCertificate();
    void showKey();
    std::string textOf(const std::filesystem::path& file) const;

    TlsSettings settings_;
    std::string refusal_;
    Poco::Net::Context::Ptr context_;
};

/// Whether the files can be used, before anything depends on it.
Result<Done> check(const TlsSettings& settings);

} // namespace baton::transport
