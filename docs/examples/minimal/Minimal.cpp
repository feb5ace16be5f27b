// The least that a Poco program does to update itself.
// SPDX-License-Identifier: Apache-2.0
#include "client/service/GracefulHttpServer.h"
#include "client/service/SelfUpdatingApplication.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

class Greet : public Poco::Net::HTTPRequestHandler {
    void handleRequest(Poco::Net::HTTPServerRequest&, Poco::Net::HTTPServerResponse& response) override
    {
        response.send() << "Good day.\n";
    }
};

class Greeters : public Poco::Net::HTTPRequestHandlerFactory {
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
    {
        return new Greet;
    }
};

class Minimal : public baton::SelfUpdatingApplication {
    int serve(baton::Generation& generation) override
    {
        baton::GracefulHttpServer server(new Greeters, generation.listener("web"));
        server.start();
        generation.ready();     // The release before this one leaves now.
        generation.run(server); // Until this one is told to leave, and has answered all.
        return EXIT_OK;
    }
};

BATON_MAIN(Minimal)
