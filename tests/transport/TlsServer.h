// An HTTPS server on 127.0.0.1 with certificates of its own making.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/transport/PocoTransport.h"
#include "tests/support/TemporaryDirectory.h"
#include "tests/transport/Authority.h"

#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace baton::testing {

class TlsServer {
public:
    using Handler = std::function<void(Poco::Net::HTTPServerRequest&, Poco::Net::HTTPServerResponse&)>;
    enum class Clients { AnyOne, WithCertificate };
    enum class Speaks { WhatIsCurrent, NothingAboveTls11 };

    /// Answers "hello" if no handler says otherwise.
    explicit TlsServer(const Wish& wish, Handler handler = {}, Clients clients = Clients::AnyOne,
                       Speaks speaks = Speaks::WhatIsCurrent);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    std::filesystem::path file(const std::string& name) const { return directory_.path() / name; }
    transport::Url url(const std::string& host = "127.0.0.1", const std::string& target = "/") const;

    /// That it is the server, and its authority believed.
    transport::TransportSettings settings() const;

    Result<transport::HttpReply> ask(const std::string& host, const std::filesystem::path& caFile) const;
    Result<transport::HttpReply> ask(const std::string& host) const { return ask(host, file("ca.pem")); }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<Poco::Net::HTTPServer> server_;
    std::uint16_t port_ = 0;
};

} // namespace baton::testing
