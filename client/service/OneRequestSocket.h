// The socket as one request sees it: its bytes end where the request ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/service/ChunkScanner.h"
#include "client/service/HttpConnection.h"
#include "client/service/HttpSettings.h"

#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <memory>

namespace baton::service {

/// Poco's session reads ahead into a buffer that dies with it, and takes a body that nobody read for the next request.
/// Neither can happen over this: it gives the head that is in the connection's inbox, then exactly the body, then the
/// end. What comes behind stays in the inbox. After an upgrade it gives whatever comes, as long as the handler keeps
/// it.
class OneRequestSocket : public Poco::Net::StreamSocketImpl {
public:
    OneRequestSocket(std::shared_ptr<HttpConnection> connection, const HttpSettings& settings);

    /// Whether head and body were read to their end and everything was sent: the connection may serve another request.
    bool isWhole();

    /// Whether a further request came behind this one: what was pipelined is answered, even by a server that leaves.
    bool anotherWaits();

    /// Nothing more is written by this request from now on, though its streams have yet to be destroyed.
    void giveUp()
    {
        broken_ = silent_ = true;
        if (connection_->tls) connection_->tls->cut();
    }

    int sendBytes(const void* buffer, int length, int flags) override;
    int receiveBytes(void* buffer, int length, int flags) override;
    bool poll(const Poco::Timespan& timeout, int mode) override;
    int available() override;
    void setReceiveTimeout(const Poco::Timespan& timeout) override;
    Poco::Timespan getReceiveTimeout() override;
    bool secure() const override { return connection_->tls != nullptr; }
    void shutdownSend() override { connection_->sayLast(); }
    void close() override; ///< leaves the connection to its owner

    using StreamSocketImpl::receiveBytes;
    using StreamSocketImpl::sendBytes;

protected:
    ~OneRequestSocket() override;

private:
    bool bodyEnded() const;
    std::size_t fromInbox(char* buffer, std::size_t length);
    std::size_t takeBody(std::string_view bytes);
    std::size_t receiveInto(char* buffer, std::size_t length);
    void await(short events);
    [[noreturn]] void breakOff(int error);

    std::shared_ptr<HttpConnection> connection_;
    const Duration ioTimeout_;
    const std::size_t leastBytesPerSecond_;
    RequestHead head_;
    std::size_t headLeft_;
    std::uint64_t bodyLeft_;
    ChunkScanner chunks_;
    bool broken_ = false;      // What came is not what it should be: no further request.
    bool silent_ = false;      // Nothing more is sent.
    bool spokeFreely_ = false; // Bytes were taken behind the head of an upgrade.
    Duration waited_{0};
    std::uint64_t moved_ = 0;
    Poco::Timespan freeTimeout_; // of an upgraded connection, the handler's to choose
};

/// A StreamSocket over `socket`, which it then owns.
Poco::Net::StreamSocket streamOver(OneRequestSocket* socket);

} // namespace baton::service
