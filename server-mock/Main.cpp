// baton-mock-server: an Omaha server for a laptop or a test.
// SPDX-License-Identifier: Apache-2.0
#include "server-mock/CommandLine.h"
#include "server-mock/MockServer.h"

#include <Poco/Exception.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace baton::mock;

constexpr int ExitUsage = 64;
constexpr int ExitNoInput = 66;
constexpr int ExitUnavailable = 69;

int complain(int code, const std::string& sentence)
{
    std::fprintf(stderr, "baton-mock-server: %s\n", sentence.c_str());
    return code;
}

// A closed pipe shall not end the server: a write to it fails instead, and nobody needs to hear of that.
sigset_t blockSignals()
{
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t stop;
    ::sigemptyset(&stop);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&stop, signal);
    struct sigaction hangUp {};
    ::sigaction(SIGHUP, nullptr, &hangUp);
    if (hangUp.sa_handler == SIG_IGN) ::sigdelset(&stop, SIGHUP); // nohup
    ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
    return stop;
}

void say(const std::string& line)
{
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

std::map<std::string, baton::protocol::CupKey> readKeys(const CommandLine& line)
{
    std::map<std::string, baton::protocol::CupKey> keys;
    for (const auto& [id, file] : line.cupKeys) {
        std::ifstream in(file, std::ios::binary);
        const std::string pem{std::istreambuf_iterator<char>(in), {}};
        if (!in) throw std::runtime_error("--cup-key: " + file.string() + " cannot be read");
        try {
            keys.insert_or_assign(id, baton::protocol::CupKey::privateKey(pem));
        } catch (const std::runtime_error& error) {
            throw std::runtime_error("--cup-key " + file.string() + ": " + error.what());
        }
    }
    return keys;
}

std::vector<baton::verify::PrivateKey> readSignKeys(const CommandLine& line)
{
    std::vector<baton::verify::PrivateKey> keys;
    for (const auto& file : line.signKeys) {
        std::ifstream in(file, std::ios::binary);
        const std::string pem{std::istreambuf_iterator<char>(in), {}};
        if (!in) throw std::runtime_error("--sign-key: " + file.string() + " cannot be read");
        try {
            keys.push_back(baton::verify::PrivateKey::parse(pem, [] { return std::nullopt; }));
        } catch (const std::runtime_error& error) {
            throw std::runtime_error("--sign-key " + file.string() + ": " + error.what());
        }
    }
    return keys;
}

int serve(const CommandLine& line)
{
    const auto stop = blockSignals();
    MockServerOptions options;
    options.host = line.listen.host;
    options.port = line.listen.port;
    options.sha256In = line.sha256In;
    options.manners = line.manners;
    options.offers = line.offers;
    options.deltas = line.deltas;
    options.cupKeys = readKeys(line);
    options.signKeys = readSignKeys(line);
    if (!line.quiet) options.log = say;
    options.opening = [&line](MockServer& server) {
        for (const auto& [appid, version, file, as] : line.publications)
            as == Publication::As::Release ? server.publish(appid, version, file) : server.add(appid, version, file);
        say("listening on " + server.url());
    };
    const MockServer server(std::move(options));
    int signal = 0;
    ::sigwait(&stop, &signal);
    return 0;
}

} // namespace

int main(int count, char** arguments)
try {
    const auto line = parseCommandLine({arguments + 1, arguments + count});
    if (line.help) {
        std::fputs(std::string(Usage).c_str(), stdout);
        return 0;
    }
    return serve(line);
} catch (const std::invalid_argument& error) {
    return complain(ExitUsage, error.what());
} catch (const Poco::Exception& error) {
    return complain(ExitUnavailable,
                    "the address cannot be had: " + error.displayText() + "; is another server there?");
} catch (const std::exception& error) {
    return complain(ExitNoInput, error.what());
}
