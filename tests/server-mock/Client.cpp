#include "tests/server-mock/Client.h"

#include "protocol/Codec.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>

#include <array>
#include <stdexcept>

namespace baton::mock {
namespace {

constexpr int PatienceSeconds = 20;

} // namespace

Reply ask(const MockServer& server, const std::string& method, const std::string& path, const std::string& body,
          const Headers& headers)
{
    Poco::Net::HTTPClientSession session("127.0.0.1", server.port());
    session.setTimeout(Poco::Timespan(PatienceSeconds, 0));
    Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
    for (const auto& [name, value] : headers) request.set(name, value);
    if (!body.empty() || method == "POST" || method == "PUT")
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    Reply reply;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), reply.body);
    reply.status = response.getStatus();
    for (const auto& [name, value] : response) reply.headers[name] = value;
    return reply;
}

std::string sendRaw(const MockServer& server, const std::string& bytes)
{
    Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", server.port()));
    socket.setReceiveTimeout(Poco::Timespan(PatienceSeconds, 0));
    socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    socket.shutdownSend();
    std::string answer;
    std::array<char, 4096> block{};
    while (const int count = socket.receiveBytes(block.data(), block.size()))
        answer.append(block.data(), static_cast<std::size_t>(count));
    return answer;
}

protocol::AppRequest checkOf(const std::string& appid, const std::string& version)
{
    protocol::AppRequest app;
    app.appid = appid;
    app.version = version;
    app.machineid = "m";
    app.ping.emplace().active = 1;
    app.updatecheck.emplace();
    return app;
}

protocol::AppRequest tellingOf(const std::string& appid, std::vector<protocol::Event> events)
{
    protocol::AppRequest app;
    app.appid = appid;
    app.version = "1.0.0";
    app.machineid = "m";
    app.events = std::move(events);
    return app;
}

Reply post(const MockServer& server, const protocol::AppRequest& app)
{
    protocol::Request request;
    request.apps = {app};
    return ask(server, "POST", "/v1/update/", encode(request, protocol::Form::Xml), {{"Content-Type", "text/xml"}});
}

protocol::AppResponse answerTo(const MockServer& server, const protocol::AppRequest& app)
{
    const auto reply = post(server, app);
    if (reply.status != 200) throw std::runtime_error("answered " + std::to_string(reply.status) + ": " + reply.body);
    return protocol::decodeResponse(reply.body).apps.at(0);
}

std::string packagePath(const MockServer& server, const protocol::AppResponse& offered)
{
    const auto& check = offered.updatecheck.value();
    const auto url = check.codebases.at(0) + check.manifest.value().packages.at(0).name;
    if (!url.starts_with(server.url() + '/')) throw std::runtime_error("offered elsewhere: " + url);
    return url.substr(server.url().size());
}

} // namespace baton::mock
