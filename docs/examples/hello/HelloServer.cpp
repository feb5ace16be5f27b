// Answers GET / with a line that says which release speaks: "1.0.0 generation 1 pid 4711"; with --certificate by https.
// SPDX-License-Identifier: Apache-2.0
#include "client/service/GracefulHttpServer.h"
#include "client/service/SelfUpdatingApplication.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionSet.h>

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
    void defineOptions(Poco::Util::OptionSet& options) override
    {
        SelfUpdatingApplication::defineOptions(options);
        options.addOption(Poco::Util::Option("certificate", "", "answers by https; the file holds the key, too")
                              .argument("FILE")
                              .binding(Certificate));
    }

    baton::HttpSettings settings() const
    {
        baton::HttpSettings settings;
        const auto file = config().getString(Certificate, "");
        using Poco::Net::Context;
        if (!file.empty()) settings.tls = new Context(Context::SERVER_USE, file, file, "", Context::VERIFY_NONE);
        return settings;
    }

    int serve(baton::Generation& generation) override
    {
        const auto& release = generation.release();
        const auto line = release.version + " generation " + std::to_string(release.generation) + " pid " +
                          std::to_string(::getpid()) + '\n';
        baton::GracefulHttpServer server(new Greeters(line), generation.listener("web"), settings());
        server.start();
        generation.ready();
        generation.run(server);
        return EXIT_OK;
    }

    static constexpr const char* Certificate = "hello.certificate";
};

} // namespace

BATON_MAIN(HelloServer)
