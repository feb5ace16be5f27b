#include "client/assemble/Probe.h"

#include "client/assemble/UsageError.h"
#include "client/core/HostPort.h"
#include "client/core/Text.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>

namespace baton::assemble {
namespace {

// Poco wants a limit. The one that counts is that of whoever asks, who ends us.
const Poco::Timespan Patience(1, 0, 0, 0, 0);

bool takesConnection(const std::string& target)
{
    const auto address = parseHostPort(target);
    if (!address) return false;
    Poco::Net::StreamSocket socket;
    socket.connect(Poco::Net::SocketAddress(address->host, address->port), Patience);
    return true;
}

// What is asked, and the only status that will do; 0: any of 2xx and 3xx.
struct Question {
    std::string what;
    int status = 0;

    explicit Question(const std::string& text) : what(text.substr(0, text.find(' ')))
    {
        if (what.size() < text.size())
            status = static_cast<int>(parseNumber(text.substr(what.size() + 1)).value_or(-1));
    }
    bool isAnsweredBy(int given) const { return status == 0 ? given >= 200 && given < 400 : given == status; }
};

bool isFine(Poco::Net::HTTPClientSession& session, const Question& question, const std::string& path,
            const std::string& host = {})
{
    session.setTimeout(Patience, Patience, Patience);
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, path.empty() ? "/" : path, "HTTP/1.1");
    request.setKeepAlive(false);
    if (!host.empty()) request.setHost(host);
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    session.receiveResponse(response);
    return question.isAnsweredBy(response.getStatus());
}

// By https the certificate is not looked at: the program is asked by an address of this machine, and not believed in
// anything but its status.
bool answers(const Question& question)
{
    const Poco::URI uri(question.what);
    if (uri.getScheme() != "https") {
        Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
        return isFine(session, question, uri.getPathAndQuery());
    }
    using Poco::Net::Context;
    const Context::Ptr context = new Context(Context::CLIENT_USE, "", "", "", Context::VERIFY_NONE);
    Poco::Net::HTTPSClientSession session(uri.getHost(), uri.getPort(), context);
    return isFine(session, question, uri.getPathAndQuery());
}

bool answersOn(const std::string& unixSocket, const Question& question)
{
    using Poco::Net::SocketAddress;
    Poco::Net::StreamSocket socket;
    socket.connect(SocketAddress(SocketAddress::UNIX_LOCAL, unixSocket));
    Poco::Net::HTTPClientSession session(socket);
    return isFine(session, question, question.what, "localhost");
}

} // namespace

int probe(const std::vector<std::string>& question) noexcept
try {
    if (question.size() == 3 && question[0] == "http-unix")
        return answersOn(question[1], Question(question[2])) ? 0 : 1;
    if (question.size() != 2) return exitcode::Usage;
    if (question[0] == "tcp") return takesConnection(question[1]) ? 0 : 1;
    if (question[0] == "http") return answers(Question(question[1])) ? 0 : 1;
    return exitcode::Usage;
} catch (const std::exception&) {
    return 1;
}

} // namespace baton::assemble
