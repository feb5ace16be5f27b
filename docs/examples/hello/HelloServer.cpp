// Answers GET / with one line that says which release speaks: "1.0.0 generation 1 pid 4711".
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Sockets.h"
#include "client/program/Inherited.h"
#include "client/program/Notify.h"
#include "client/program/RunningRelease.h"
#include "client/service/AdoptedSocket.h"
#include "client/service/GracefulHttpServer.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

constexpr baton::Duration DrainTime(30'000);

class SayHello : public Poco::Net::HTTPRequestHandler {
public:
    explicit SayHello(const std::string& line) : line_(line) {}

    void handleRequest(Poco::Net::HTTPServerRequest&, Poco::Net::HTTPServerResponse& response) override
    {
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
    std::string line_;
};

std::string option(int count, char** arguments, std::string_view name, const std::string& otherwise)
{
    for (int i = 1; i + 1 < count; ++i)
        if (arguments[i] == name) return arguments[i + 1];
    return otherwise;
}

int serve(int count, char** arguments)
{
    sigset_t ends;
    ::sigemptyset(&ends);
    for (const int signal : {SIGTERM, SIGINT}) ::sigaddset(&ends, signal);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);

    auto inherited = baton::Inherited::fromEnvironment();
    const auto release = baton::RunningRelease::fromEnvironment();
    auto listener = inherited.take("web");
    if (!listener)
        listener = baton::os::listenOn(
            baton::os::parseListenAddress(option(count, arguments, "--listen", "web=127.0.0.1:8000")));

    const auto version = release.version.empty() ? option(count, arguments, "--app-version", "0.0.0") : release.version;
    const auto line =
        version + " generation " + std::to_string(release.generation) + " pid " + std::to_string(::getpid()) + '\n';
    baton::GracefulHttpServer server(new Greeters(line), baton::adoptServerSocket(std::move(listener)));
    server.start();
    baton::notifyReady();

    int signal = 0;
    ::sigwait(&ends, &signal);
    server.drain(DrainTime);
    server.waitUntilDrained(DrainTime);
    return 0;
}

} // namespace

int main(int count, char** arguments)
try {
    return serve(count, arguments);
} catch (const std::exception& error) {
    std::fprintf(stderr, "hello-server: %s\n", error.what());
    return 1;
}
