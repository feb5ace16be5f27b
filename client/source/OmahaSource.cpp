#include "client/source/OmahaSource.h"

#include "client/core/ProductVersion.h"
#include "client/source/Meaning.h"
#include "protocol/Codec.h"

#include <sys/utsname.h>

#include <array>
#include <random>

namespace baton::source {
namespace {

// Only these words mean the same to every server; "arm64" would be taken for amd64.
std::string architecture(const std::string& machine)
{
    if (machine == "x86_64") return "x64";
    if (machine == "i686" || machine == "i386") return "x86";
    return machine;
}

protocol::Os thisSystem()
{
    utsname names{};
    if (::uname(&names) != 0) return {"linux", {}, {}, {}};
    return {"linux", names.release, {}, architecture(names.machine)};
}

std::string newRequestId()
{
    static constexpr std::string_view Digits = "0123456789abcdef";
    std::random_device random;
    std::uniform_int_distribution<std::size_t> digit(0, Digits.size() - 1);
    std::string text = "{xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx}";
    for (char& c : text)
        if (c == 'x') c = Digits[digit(random)];
    return text;
}

std::string installSource(Asker asker) { return asker == Asker::Person ? "ondemandupdate" : "scheduler"; }

protocol::Request requestOf(const std::string& source, const std::string& sessionId, protocol::AppRequest app)
{
    protocol::Request request;
    request.version = "baton-" + std::string(productVersion());
    request.updaterversion = productVersion();
    request.installsource = source;
    request.requestid = newRequestId();
    request.sessionid = sessionId;
    request.ismachine = true;
    request.os = thisSystem();
    request.apps.push_back(std::move(app));
    return request;
}

protocol::AppRequest appOf(const Identity& identity, const std::string& version)
{
    protocol::AppRequest app;
    app.appid = identity.appId;
    app.version = version;
    app.track = identity.track;
    app.machineid = identity.machineId;
    app.bootid = identity.bootId;
    return app;
}

transport::Headers headersFor(const Identity& identity, Asker asker)
{
    return {{"Content-Type", "text/xml; charset=utf-8"},
            {"X-Goog-Update-Interactivity", asker == Asker::Person ? "fg" : "bg"},
            {"X-Goog-Update-AppId", identity.appId},
            {"X-Goog-Update-Updater", "baton-" + std::string(productVersion())}};
}

// As go-omaha's client does: an address without a path is the server's, and Omaha lives at /v1/update/ there.
Result<transport::Url> endpointOf(const std::string& server)
{
    auto url = transport::parseUrl(server);
    if (!url) return Failure{Category::UpdateCheck, code::HttpError, "--server: " + url.error().detail};
    if (url->target == "/") url.value().target = "/v1/update/";
    return url;
}

// On the way to a loopback address there is nobody.
bool cannotBeForged(const transport::Url& url)
{
    return url.scheme == transport::Scheme::Https || url.host == "localhost" || url.host == "::1" ||
           url.host.starts_with("127.");
}

bool isOverloaded(int status)
{
    constexpr int TooManyRequests = 429;
    return status == TooManyRequests || status / 100 == 5;
}

std::string retryAfterOf(const transport::HttpReply& reply)
{
    const auto omaha = reply.header("X-Retry-After");
    return std::string(omaha.empty() ? reply.header("Retry-After") : omaha);
}

} // namespace

OmahaSource::OmahaSource(Identity identity, transport::Transport& transport)
    : identity_(std::move(identity)),
      transport_(transport)
{
}

Checked OmahaSource::check(const Question& question)
{
    const auto url = endpointOf(identity_.server);
    if (!url) return {url.error(), {}};
    auto app = appOf(identity_, question.version);
    app.ping.emplace().active = 1;
    app.updatecheck.emplace();
    const auto request = requestOf(installSource(question.asker), question.sessionId, std::move(app));
    const auto reply =
        transport_.post(*url, headersFor(identity_, question.asker), encode(request, protocol::Form::Xml));
    if (!reply) return {reply.error(), {}};
    return {meaningOf(*reply, identity_.appId),
            retryAfterOf(*reply),
            cannotBeForged(*url),
            {},
            isOverloaded(reply->status)};
}

Result<Done> OmahaSource::send(const Event& event)
{
    const auto url = endpointOf(identity_.server);
    if (!url) return url.error();
    auto app = appOf(identity_, event.version);
    const auto code = event.errorCode == 0 ? std::nullopt : std::optional<std::int64_t>(event.errorCode);
    auto& told = app.events.emplace_back();
    told.eventtype = event.type;
    told.eventresult = event.result;
    told.errorcode = code;
    told.previousversion = event.previousVersion;
    told.nextversion = event.nextVersion;
    const auto request = requestOf(installSource(Asker::Schedule), event.sessionId, std::move(app));
    const auto reply =
        transport_.post(*url, headersFor(identity_, Asker::Schedule), encode(request, protocol::Form::Xml));
    if (!reply) return reply.error();
    return Done{};
}

} // namespace baton::source
