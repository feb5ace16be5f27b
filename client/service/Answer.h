// Poco's answer, which decides at the last moment whether the connection stays open.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPServerResponseImpl.h>

#include <atomic>
#include <chrono>
#include <string>

namespace baton::service {

class OneRequestSocket;

/// What every answer of one server says of its connection.
struct KeepAlivePolicy {
    std::atomic<bool> draining{
        false}; ///< then an answer says "Connection: close", unless the next request is here already
    std::chrono::seconds announced{0}; ///< T; 0 is not announced
};

class Answer : public Poco::Net::HTTPServerResponseImpl {
public:
    enum class Client { AllowsMore, WantsClose };

    Answer(Poco::Net::HTTPServerSession& session, const KeepAlivePolicy& policy, Client client,
           OneRequestSocket& socket);

    /// Whether this answer promised that the connection stays open.
    bool promisedToStay() const { return sent() && !isUpgrade() && getKeepAlive(); }

    std::ostream& send() override;
    void sendFile(const std::string& path, const std::string& mediaType) override;
    void sendBuffer(const void* buffer, std::size_t length) override;
    void redirect(const std::string& uri, HTTPStatus status) override;

private:
    enum class End { Known, ByClose };

    void stamp(End end);
    bool isUpgrade() const { return getStatus() == HTTP_SWITCHING_PROTOCOLS; }
    bool hasKnownEnd() const;

    const KeepAlivePolicy& policy_;
    const Client client_;
    OneRequestSocket& socket_;
};

} // namespace baton::service
