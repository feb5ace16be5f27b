#include "client/service/Answer.h"

#include "client/service/OneRequestSocket.h"

namespace baton::service {

Answer::Answer(Poco::Net::HTTPServerSession& session, const KeepAlivePolicy& policy, Client client,
               OneRequestSocket& socket)
    : HTTPServerResponseImpl(session),
      policy_(policy),
      client_(client),
      socket_(socket)
{
    setKeepAlive(client == Client::AllowsMore);
}

std::ostream& Answer::send()
{
    if (getVersion() == HTTP_1_0) setChunkedTransferEncoding(false); // It has no chunks. [RFC 9112, 6.1]
    stamp(hasKnownEnd() ? End::Known : End::ByClose);
    return HTTPServerResponseImpl::send();
}

void Answer::sendFile(const std::string& path, const std::string& mediaType)
{
    stamp(End::Known);
    HTTPServerResponseImpl::sendFile(path, mediaType);
}

void Answer::sendBuffer(const void* buffer, std::size_t length)
{
    stamp(End::Known);
    HTTPServerResponseImpl::sendBuffer(buffer, length);
}

void Answer::redirect(const std::string& uri, HTTPStatus status)
{
    stamp(End::Known);
    HTTPServerResponseImpl::redirect(uri, status);
}

// A drain may have begun since the handler was called. A handler may close a connection, and may not keep one.
void Answer::stamp(End end)
{
    if (isUpgrade()) return;
    const bool leaves = policy_.draining && !socket_.anotherWaits();
    if (client_ == Client::WantsClose || leaves || end == End::ByClose) setKeepAlive(false);
    if (getKeepAlive() && policy_.announced.count() > 0)
        set("Keep-Alive", "timeout=" + std::to_string(policy_.announced.count()));
}

// A HEAD's answer has no body, whatever it says of it; one without a length is still closed after: simple, and rare.
bool Answer::hasKnownEnd() const
{
    return getChunkedTransferEncoding() || hasContentLength() || getStatus() < HTTP_OK ||
           getStatus() == HTTP_NO_CONTENT || getStatus() == HTTP_NOT_MODIFIED;
}

} // namespace baton::service
