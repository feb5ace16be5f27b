#include "client/source/OmahaSource.h"

#include "client/core/Text.h"
#include "client/source/Meaning.h"
#include "client/source/Refusals.h"

namespace baton::source {
namespace {

constexpr std::chrono::seconds LateEvent{60};

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
    return url.scheme == transport::Scheme::Https || isLoopback(url);
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

Checked nobody(const Failure& why, const Question& question)
{
    Checked checked{why, {}};
    checked.remembered = question.remembered;
    return checked;
}

// Status and headers have been looked at; this is what the body says.
void understand(Checked& checked, const protocol::Response& response, const std::string& appId)
{
    const auto* const app = appIn(response, appId);
    if (app == nullptr) {
        checked.answer = Failure{Category::UpdateCheck, code::AnswerInvalid,
                                 "the answer does not speak of the app " + escaped(appId)};
        return;
    }
    checked.answer = meaningOf(*app);
    if (app->updatecheck && app->updatecheck->pollInterval)
        checked.pollInterval = std::chrono::seconds(*app->updatecheck->pollInterval);
    auto noted = source::noted(checked.remembered, response, *app, newGuid());
    checked.remembered = std::move(noted.remembered);
    checked.remarks = std::move(noted.remarks);
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
    if (!url) return nobody(url.error(), question);
    const auto form = formFor(identity_, *url);
    const auto request = encode(checkRequest(identity_, question, form), form);
    const auto reply = transport_.post(*url, headersFor(identity_, question.asker, form), request);
    if (!reply) return nobody(reply.error(), question);
    Checked checked{notOmaha(*reply, {}), retryAfterOf(*reply), cannotBeForged(*url)};
    checked.remembered = question.remembered;
    checked.overloaded = isOverloaded(reply->status);
    try {
        understand(checked, protocol::decodeResponse(reply->body), identity_.appId);
    } catch (const protocol::DecodeError& e) {
        checked.answer = notOmaha(*reply, e.what());
    }
    return checked;
}

Result<Done> OmahaSource::send(const Event& event, std::chrono::seconds age)
{
    const auto url = endpointOf(identity_.server);
    if (!url) return url.error();
    const auto form = formFor(identity_, *url);
    auto headers = headersFor(identity_, Asker::Schedule, form);
    if (age >= LateEvent) headers.emplace_back("X-Request-Age", std::to_string(age.count()));
    const auto reply = transport_.post(*url, headers, encode(eventRequest(identity_, event, form), form));
    if (!reply) return reply.error();
    return Done{};
}

} // namespace baton::source
