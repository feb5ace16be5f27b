#include "client/assemble/Network.h"

#include "client/assemble/Places.h"
#include "client/assemble/UsageError.h"
#include "client/core/Amounts.h"
#include "client/core/Text.h"
#include "client/transport/Authorization.h"
#include "client/transport/Proxy.h"

#include <chrono>
#include <string>

namespace baton::assemble {
namespace {

using transport::Scheme;
using transport::TransportSettings;

constexpr Duration ShortestTimeout{1000};

std::string originOf(const Values& values, const std::string& option) { return escaped(values.origin(option)); }

std::optional<transport::Url> serverOf(const Values& values)
{
    if (!values.has("server")) return std::nullopt;
    auto url = transport::parseUrl(values.text("server"));
    if (!url) throw UsageError(originOf(values, "server") + ": " + url.error().detail);
    return *url;
}

std::vector<transport::Pin> pinsOf(const Values& values)
{
    std::vector<transport::Pin> pins;
    for (const auto& text : values.all("pin-sha256")) {
        const auto pin = transport::parsePin(text);
        if (!pin)
            throw UsageError(originOf(values, "pin-sha256") + ": \"" + escaped(text) +
                             "\" is no SHA-256 of a public key: 64 hex digits, or 44 characters of base64");
        pins.push_back(*pin);
    }
    return pins;
}

// A user and password there would stand in the list of processes.
std::string proxyOf(const Values& values)
{
    auto text = values.text("proxy");
    if (text.empty() || text == "none") return text;
    const auto proxy = transport::parseProxy(text);
    if (!proxy) throw UsageError(originOf(values, "proxy") + ": " + proxy.error().detail + "; or it is none");
    if (!proxy->credentials.empty())
        throw UsageError(originOf(values, "proxy") +
                         " has a user; name the proxy of a user by https_proxy or http_proxy in the environment");
    return text;
}

std::int64_t rateOf(const Values& values, const std::string& option)
{
    return parseRate(values.text(option)).value_or(0);
}

// Who goes slowly on purpose must not be taken for a server that does.
void checkSpeeds(const Values& values)
{
    if (!values.has("bandwidth")) return;
    const auto share = rateOf(values, "bandwidth") / parseNumber(values.text("parallel-downloads")).value_or(1);
    if (share >= 2 * rateOf(values, "min-speed")) return;
    throw UsageError(originOf(values, "bandwidth") +
                     " leaves each of --parallel-downloads less than twice --min-speed: slow downloads would be given "
                     "up; lower --min-speed, or --parallel-downloads");
}

bool isSecret(const transport::Url& server) { return server.scheme == Scheme::Https || isLoopback(server); }

void checkTogether(const Values& values, const std::optional<transport::Url>& server)
{
    for (const auto* option : {"pin-sha256", "client-cert", "client-key"})
        if (values.has(option) && !(server && server->scheme == Scheme::Https))
            throw UsageError(originOf(values, option) + " needs a --server that begins with https://");
    if (values.has("client-key") && !values.has("client-cert"))
        throw UsageError(originOf(values, "client-key") + " without --client-cert: there is nothing that it proves");
    if (values.has("authorization-file") && !(server && isSecret(*server)))
        throw UsageError(originOf(values, "authorization-file") +
                         " needs a --server that begins with https:// or unix:, or is this machine: over http anybody "
                         "on the way would read it");
    if (values.duration("timeout") < ShortestTimeout)
        throw UsageError(originOf(values, "timeout") + ": no server answers in less than 1s");
}

[[noreturn]] void refuseFile(const std::string& origin, const Failure& failure)
{
    const bool unreadable = failure.code == code::Transfer;
    throw UsageError(origin + ": " + failure.detail, unreadable ? exitcode::NoInput : exitcode::Data);
}

void checkFiles(const Values& values, const TransportSettings& settings)
{
    for (const auto* option : {"ca-file", "client-cert", "client-key", "authorization-file"})
        checkReadable(values, option);
    if (auto fine = check(settings.tls); !fine)
        throw UsageError("TLS cannot be set up: " + fine.error().detail, exitcode::Data);
    if (values.has("client-cert")) {
        const auto* const option = values.has("client-key") ? "client-key" : "client-cert";
        if (auto fine = transport::checkSecret(values.text(option)); !fine)
            refuseFile(originOf(values, option), fine.error());
    }
    if (!values.has("authorization-file")) return;
    if (auto text = transport::readAuthorization(settings.authorizationFile); !text)
        refuseFile(originOf(values, "authorization-file"), text.error());
}

} // namespace

TransportSettings networkSettings(const Values& values, const char* const* environment)
{
    TransportSettings settings;
    settings.server = serverOf(values);
    settings.tls = {values.text("ca-file"), values.text("client-cert"), values.text("client-key"), pinsOf(values)};
    settings.proxies = transport::Proxies(proxyOf(values), environment);
    settings.authorizationFile = values.text("authorization-file");
    settings.limits.request = values.duration("timeout");
    if (values.has("min-speed")) settings.limits.minSpeed = rateOf(values, "min-speed");
    return settings;
}

void checkNetwork(const Values& values, const char* const* environment, Log& log)
{
    const auto settings = networkSettings(values, environment);
    checkTogether(values, settings.server);
    checkSpeeds(values);
    checkFiles(values, settings);
    if (!settings.server) return;
    if (!isSecret(*settings.server) && !values.has("cup-key"))
        log.warning("the server is asked over http, and no --cup-key proves its answers: anybody on the way can offer "
                    "a release; use https://");
    const auto proxy = settings.proxies.proxyFor(*settings.server);
    if (!proxy) throw UsageError(proxy.error().detail);
    if (*proxy) log.info("the server is asked through the proxy " + print(**proxy));
}

} // namespace baton::assemble
