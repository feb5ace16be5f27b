#include "client/source/OmahaRequest.h"

#include "client/core/ProductVersion.h"
#include "client/core/RandomText.h"
#include "client/source/Hardware.h"
#include "protocol/AppAttributes.h"

#include <sys/utsname.h>

namespace baton::source {
namespace {

constexpr const char* UpdaterName = "baton";
constexpr const char* Operations = "download,bsdiff-zstd,bsdiff40,zstd"; // of 4.0's pipelines: all that we can do
constexpr int ErrorResult = 0;

// Only these words mean the same to every server; "arm64" would be taken for amd64.
std::string architecture(const std::string& machine, protocol::Form form)
{
    if (form != protocol::Form::Xml) return machine == "aarch64" ? "arm64" : machine;
    if (machine == "x86_64") return "x64";
    if (machine == "i686" || machine == "i386") return "x86";
    return machine;
}

protocol::Os thisSystem(protocol::Form form)
{
    utsname names{};
    if (::uname(&names) != 0) return {"linux", {}, {}, {}};
    return {"linux", names.release, {}, architecture(names.machine, form)};
}

std::string installSource(Asker asker, protocol::Form form)
{
    if (form != protocol::Form::Xml) return asker == Asker::Person ? "ondemand" : "";
    return asker == Asker::Person ? "ondemandupdate" : "scheduler";
}

// What JSON's clients say beside what XML's do, and otherwise.
void speakJson(protocol::Request& request, protocol::Form form)
{
    request.protocol = protocolOf(form);
    request.version.clear();
    request.updater = UpdaterName;
    request.osWord = "linux";
    request.dedup = "cr";
    if (form == protocol::Form::Json4) request.acceptformat = Operations;
    for (auto& app : request.apps)
        if (app.installsource.empty()) app.installsource = request.installsource;
    request.installsource.clear();
}

protocol::Request requestOf(Asker asker, const std::string& sessionId, std::vector<protocol::AppRequest> apps,
                            protocol::Form form)
{
    protocol::Request request;
    request.version = std::string(UpdaterName) + '-' + std::string(productVersion());
    request.updaterversion = productVersion();
    request.installsource = installSource(asker, form);
    request.requestid = randomGuid();
    request.sessionid = sessionId;
    request.ismachine = true;
    request.os = thisSystem(form);
    request.apps = std::move(apps);
    if (form != protocol::Form::Xml) speakJson(request, form);
    return request;
}

protocol::AppRequest appOf(const Identity& identity, const std::string& id, const std::string& version)
{
    protocol::AppRequest app;
    app.appid = id;
    app.version = version;
    app.track = identity.track;
    app.machineid = identity.machineId;
    app.bootid = identity.bootId;
    return app;
}

void addAttributes(const Identity& identity, protocol::AppRequest& app)
{
    for (const auto& [name, value] : identity.attributes) (void)sayAttribute(app, name, value);
}

// Users are counted by the server's own days. A server that has none, as CoreUpdate's kind, hears only "active".
protocol::Ping pingOf(const Remembered& remembered, protocol::Form form)
{
    constexpr std::int64_t Never = -1;
    protocol::Ping ping;
    if (form == protocol::Form::Xml) ping.active = 1;
    if (form == protocol::Form::Xml && !remembered.lastDay) return ping;
    ping.ad = remembered.lastDay.value_or(Never);
    ping.rd = remembered.lastDay.value_or(Never);
    ping.pingFreshness = remembered.freshness;
    return ping;
}

protocol::AppRequest asked(protocol::AppRequest app, const Remembered& remembered, protocol::Form form)
{
    constexpr std::int64_t FirstContact = -1;
    app.cohort = remembered.cohort;
    app.cohorthint = remembered.cohorthint;
    app.cohortname = remembered.cohortname;
    app.ping = pingOf(remembered, form);
    app.updatecheck.emplace();
    if (form != protocol::Form::Xml || remembered.installDay)
        app.installdate = remembered.installDay.value_or(FirstContact);
    return app;
}

// 3.1's category of update_engine's code; what is not here is the service's.
constexpr std::pair<int, Category> Categories[] = {
    {code::Transfer, Category::Download},           {code::HashMismatch, Category::Download},
    {code::SizeMismatch, Category::Download},       {code::WriteFailed, Category::Install},
    {code::VerificationFailed, Category::Unpack},   {code::StatementInvalid, Category::Unpack},
    {code::SignatureInvalid, Category::Unpack},     {code::SignatureMissing, Category::Unpack},
    {code::CopyFailed, Category::Unpack},           {code::DeltaUnusable, Category::Patch},
    {code::CandidateFailed, Category::Install},     {code::RolledBack, Category::Install},
    {code::EmptyAnswer, Category::UpdateCheck},     {code::XmlInvalid, Category::UpdateCheck},
    {code::AnswerInvalid, Category::UpdateCheck},   {code::HashMissing, Category::UpdateCheck},
    {code::HttpError, Category::UpdateCheck},       {code::IgnoredByPolicy, Category::UpdateCheck},
    {code::DeferredByPolicy, Category::UpdateCheck}};

std::int64_t categoryOf(int code)
{
    auto category = code >= code::HttpStatusBase ? Category::UpdateCheck : Category::Service;
    for (const auto& [known, its] : Categories)
        if (known == code) category = its;
    return static_cast<std::int64_t>(category);
}

protocol::Event eventOf(const Event& event, protocol::Form form)
{
    protocol::Event told;
    told.eventtype = event.type;
    told.eventresult = event.result;
    if (event.errorCode != 0) told.errorcode = event.errorCode;
    if (event.extraCode != 0) told.extracode1 = event.extraCode;
    const bool hasFailed = event.result == ErrorResult || event.errorCode != 0;
    if (form != protocol::Form::Xml && hasFailed) told.errorcat = categoryOf(event.errorCode);
    told.previousversion = event.previousVersion;
    told.nextversion = event.nextVersion;
    if (form == protocol::Form::Json4) told.pipelineId = event.pipelineId;
    return told;
}

} // namespace

protocol::Form formFor(const Identity& identity, const transport::Url& endpoint)
{
    switch (identity.dialect) {
    case Dialect::Xml: return protocol::Form::Xml;
    case Dialect::Json3: return protocol::Form::Json3;
    case Dialect::Json4: return protocol::Form::Json4;
    case Dialect::Auto: break;
    }
    const auto path = endpoint.target.substr(0, endpoint.target.find('?'));
    return path.ends_with("json") || path.ends_with("json/") ? protocol::Form::Json3 : protocol::Form::Xml;
}

protocol::Request checkRequest(const Identity& identity, const Question& question, protocol::Form form)
{
    std::vector<protocol::AppRequest> apps;
    apps.push_back(asked(appOf(identity, identity.appId, question.version), question.remembered, form));
    if (!question.base.empty()) apps.front().fp = "1." + question.base;
    addAttributes(identity, apps.front());
    for (const auto& other : question.others)
        apps.push_back(asked(appOf(identity, other.id, other.version), other.remembered, form));
    auto request = requestOf(question.asker, question.sessionId, std::move(apps), form);
    request.hw = thisHardware();
    return request;
}

protocol::Request eventRequest(const Identity& identity, const Event& event, protocol::Form form)
{
    auto app = appOf(identity, event.appId.empty() ? identity.appId : event.appId, event.version);
    if (event.appId.empty()) addAttributes(identity, app);
    app.events.push_back(eventOf(event, form));
    return requestOf(Asker::Schedule, event.sessionId, {std::move(app)}, form);
}

transport::Headers headersFor(const protocol::Request& request, Asker asker, protocol::Form form)
{
    std::string ids;
    for (const auto& app : request.apps) ids += (ids.empty() ? "" : ",") + app.appid;
    return {{"Content-Type", std::string(contentTypeOf(form))},
            {"X-Goog-Update-Interactivity", asker == Asker::Person ? "fg" : "bg"},
            {"X-Goog-Update-AppId", ids},
            {"X-Goog-Update-Updater", std::string(UpdaterName) + '-' + std::string(productVersion())}};
}

} // namespace baton::source
