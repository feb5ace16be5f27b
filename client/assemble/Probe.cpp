#include "client/assemble/Probe.h"

#include "client/assemble/UsageError.h"
#include "client/core/HostPort.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>

namespace baton::assemble {
namespace {

const Poco::Timespan Patience(2, 0);

bool takesConnection(const std::string& target)
{
    const auto address = parseHostPort(target);
    if (!address) return false;
    Poco::Net::StreamSocket socket;
    socket.connect(Poco::Net::SocketAddress(address->host, address->port), Patience);
    return true;
}

bool isFine(Poco::Net::HTTPClientSession& session, const std::string& path, const std::string& host = {})
{
    session.setTimeout(Patience, Patience, Patience);
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, path.empty() ? "/" : path, "HTTP/1.1");
    request.setKeepAlive(false);
    if (!host.empty()) request.setHost(host);
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    session.receiveResponse(response);
    return response.getStatus() >= 200 && response.getStatus() < 400;
}

bool answers(const std::string& url)
{
    const Poco::URI uri(url);
    Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
    return isFine(session, uri.getPathAndQuery());
}

bool answersOn(const std::string& unixSocket, const std::string& path)
{
    using Poco::Net::SocketAddress;
    Poco::Net::StreamSocket socket;
    socket.connect(SocketAddress(SocketAddress::UNIX_LOCAL, unixSocket));
    Poco::Net::HTTPClientSession session(socket);
    return isFine(session, path, "localhost");
}

} // namespace

int probe(const std::vector<std::string>& question) noexcept
try {
    if (question.size() == 3 && question[0] == "http-unix") return answersOn(question[1], question[2]) ? 0 : 1;
    if (question.size() != 2) return exitcode::Usage;
    if (question[0] == "tcp") return takesConnection(question[1]) ? 0 : 1;
    if (question[0] == "http") return answers(question[1]) ? 0 : 1;
    return exitcode::Usage;
} catch (const std::exception&) {
    return 1;
}

} // namespace baton::assemble
