#include "server-mock/Handlers.h"

#include "client/core/Text.h"

#include <Poco/URI.h>

#include <sstream>
#include <stdexcept>

namespace baton::mock {
namespace {

constexpr std::int64_t MostDrained = std::int64_t{64} * 1024 * 1024;
constexpr std::streamsize DrainedAtOnce = 64 * 1024;

using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

bool isOmaha(const Path& path)
{
    return path == Path{"update"} || path == Path{"service", "update2", "json"} ||
           (path.size() >= 2 && path[0] == "v1" && path[1] == "update");
}

// Split first and decoded then: an app id may hold a slash.
Path segmentsOf(const std::string& uri)
{
    Path path;
    for (const auto part : split(std::string_view(uri).substr(0, uri.find_first_of("?#")), '/'))
        if (!part.empty()) Poco::URI::decode(std::string(part), path.emplace_back());
    return path;
}

void route(Site& site, HTTPServerRequest& request, HTTPServerResponse& response)
{
    const auto path = segmentsOf(request.getURI());
    if (isOmaha(path)) return answerCheck(site, request, response);
    if (path.size() == 4 && path[0] == "packages") return answerPackage(site, path, request, response);
    if (!path.empty() && path[0] == "mock") return answerSteering(site, path, request, response);
    replyText(response, HTTPResponse::HTTP_NOT_FOUND,
              "Nothing is here. Omaha is at /v1/update/, /update and /service/update2/json, the steering at /mock/.");
}

// What is left of a body: closing on unread bytes would reset the connection before the answer is read.
void drain(HTTPServerRequest& request)
{
    auto& body = request.stream();
    for (std::int64_t read = 0; hasBody(request) && body && read < MostDrained; read += body.gcount())
        body.ignore(DrainedAtOnce);
}

class Handler : public Poco::Net::HTTPRequestHandler {
public:
    explicit Handler(Site& site) : site_(site) {}

    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override
    {
        answer(request, response);
        drain(request);
    }

private:
    void answer(HTTPServerRequest& request, HTTPServerResponse& response)
    try {
        route(site_, request, response);
    } catch (const Poco::Exception& e) {
        refuse(request, response, HTTPResponse::HTTP_BAD_REQUEST, e.displayText());
    } catch (const std::invalid_argument& e) {
        refuse(request, response, HTTPResponse::HTTP_BAD_REQUEST, e.what());
    } catch (const std::exception& e) {
        refuse(request, response, HTTPResponse::HTTP_INTERNAL_SERVER_ERROR, e.what());
    }

    void refuse(const HTTPServerRequest& request, HTTPServerResponse& response, int status, const std::string& why)
    try {
        site_.log(request.getMethod() + ' ' + escaped(request.getURI()) + ": " + escaped(why));
        if (!response.sent()) replyText(response, status, why);
    } catch (const std::exception&) { // The client is gone: nobody is left to tell.
    }

    Site& site_;
};

} // namespace

void reply(HTTPServerResponse& response, int status, const std::string& contentType, const std::string& body)
{
    response.setStatusAndReason(static_cast<HTTPResponse::HTTPStatus>(status));
    response.setContentType(contentType);
    response.setContentLength64(static_cast<Poco::Int64>(body.size()));
    response.send().write(body.data(), static_cast<std::streamsize>(body.size())).flush();
}

void replyText(HTTPServerResponse& response, int status, const std::string& sentence)
{
    reply(response, status, "text/plain; charset=utf-8", escaped(sentence, 1000) + '\n');
}

bool hasBody(const HTTPServerRequest& request)
{
    return request.hasContentLength() || request.getChunkedTransferEncoding();
}

std::string readBody(Poco::Net::HTTPServerRequest& request, std::size_t mostBytes)
{
    if (!hasBody(request)) return {};
    std::string body(mostBytes + 1, '\0');
    request.stream().read(body.data(), static_cast<std::streamsize>(body.size()));
    body.resize(static_cast<std::size_t>(request.stream().gcount()));
    return body;
}

Asked describe(On on, const HTTPServerRequest& request)
{
    Asked asked;
    asked.on = on;
    asked.method = request.getMethod();
    asked.uri = request.getURI();
    for (const auto& [name, value] : request) asked.headers.emplace_back(name, value);
    return asked;
}

Poco::Net::HTTPRequestHandler* HandlerFactory::createRequestHandler(const HTTPServerRequest&)
{
    return new Handler(site_); // Poco's server owns it.
}

} // namespace baton::mock
