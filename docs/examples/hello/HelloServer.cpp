// Answers GET / with one line that says which release speaks: "1.0.0 generation 1 pid 4711".
// SPDX-License-Identifier: Apache-2.0
#include "client/service/GracefulHttpServer.h"
#include "client/service/SelfUpdatingApplication.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <unistd.h>

#include <string>

namespace {

class SayHello : public Poco::Net::HTTPRequestHandler {
public:
    explicit SayHello(const std::string& line) : line_(line) {}

    void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override
    {
        if (request.getURI() != "/") response.setStatusAndReason(response.HTTP_NOT_FOUND);
        response.setContentType("text/plain");
        response.sendBuffer(line_.data(), line_.size());
    }

private:
    const std::string& line_;
};

class Greeters : public Poco::Net::HTTPRequestHandlerFactory {
public:
    explicit Greeters(std::string line) : line_(std::move(line)) {}

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
    {
        return new SayHello(line_);
    }

private:
    const std::string line_;
};

class HelloServer : public baton::SelfUpdatingApplication {
    int serve(baton::Generation& generation) override
    {
        const auto& release = generation.release();
        const auto line = release.version + " generation " + std::to_string(release.generation) + " pid " +
                          std::to_string(::getpid()) + '\n';
        baton::GracefulHttpServer server(new Greeters(line), generation.listener("web"));
        server.start();
        generation.ready();
        generation.run(server);
        return EXIT_OK;
    }
};

} // namespace

BATON_MAIN(HelloServer)
