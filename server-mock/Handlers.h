// Who answers what: Omaha, packages, and the steering under /mock/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server-mock/Site.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <string>
#include <vector>

namespace baton::mock {

/// The decoded segments of a request's path.  @throws Poco::Exception if it is none
using Path = std::vector<std::string>;

void answerCheck(Site& site, Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response);
void answerPackage(Site& site, const Path& path, Poco::Net::HTTPServerRequest& request,
                   Poco::Net::HTTPServerResponse& response);
void answerSteering(Site& site, const Path& path, Poco::Net::HTTPServerRequest& request,
                    Poco::Net::HTTPServerResponse& response);

/// Sends a whole answer; the body is left out for HEAD.
void reply(Poco::Net::HTTPServerResponse& response, int status, const std::string& contentType,
           const std::string& body);

/// The same with one line of text.
void replyText(Poco::Net::HTTPServerResponse& response, int status, const std::string& sentence);

/// Without a length there is none: reading on would wait for what never comes.  [RFC 9112, 6.3]
bool hasBody(const Poco::Net::HTTPServerRequest& request);

/// The text up to one byte more than `mostBytes`.
std::string readBody(Poco::Net::HTTPServerRequest& request, std::size_t mostBytes);

/// The method, the address and the headers of a request.
Asked describe(On on, const Poco::Net::HTTPServerRequest& request);

/// Routes by path.
class HandlerFactory : public Poco::Net::HTTPRequestHandlerFactory {
public:
    explicit HandlerFactory(Site& site) : site_(site) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override;

private:
    Site& site_;
};

} // namespace baton::mock
