#include "client/source/OmahaSource.h"

#include "client/core/RandomText.h"
#include "client/core/RetryAfter.h"
#include "client/core/Text.h"
#include "client/source/Meaning.h"
#include "client/source/Refusals.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace baton::source {
namespace {

constexpr std::chrono::seconds LateEvent{60};
constexpr std::size_t NonceDigits = 64; // 32 bytes

// As go-omaha's client does: an address without a path is the server's, and Omaha lives at /v1/update/ there.
Result<transport::Url> endpointOf(const std::string& server)
{
    auto url = transport::parseUrl(server);
    if (!url) return Failure{Category::UpdateCheck, code::HttpError, "--server: " + url.error().detail};
    if (url->target == "/") url.value().target = "/v1/update/";
    return url;
}

// On the way to a loopback address there is nobody.
bool cannotBeForged(const transport::Url& url) { return url.scheme == transport::Scheme::Https || isLoopback(url); }

bool isSuccess(int status) { return status / 100 == 2; }

bool isOverloaded(int status)
{
    constexpr int TooManyRequests = 429;
    return status == TooManyRequests || status / 100 == 5;
}

// By the server that was asked, which is bound to no words; and what it refuses for good it will not like better later.
// The rest is said by who stands before it, or before it knows who asks: a portal, a proxy, a web server without its
// Omaha.
bool isHeard(const transport::HttpReply& reply)
{
    constexpr std::array OfOthers{401, 403, 404, 405, 407, 408, 429};
    const bool isRefused =
        reply.status / 100 == 4 && std::find(OfOthers.begin(), OfOthers.end(), reply.status) == OfOthers.end();
    return isRefused || (isSuccess(reply.status) && !isPage(reply));
}

// Omaha's own header, or a proxy's where that one says nothing that can be read.
std::string retryAfterOf(const transport::HttpReply& reply)
{
    const auto omaha = reply.header("X-Retry-After");
    return std::string(parseRetryAfter(omaha, WallTime()) ? omaha : reply.header("Retry-After"));
}

// Some servers set only the one, some only the other.
std::string_view proofIn(const transport::HttpReply& reply)
{
    const auto proof = reply.header("X-Cup-Server-Proof");
    return proof.empty() ? reply.header("ETag") : proof;
}

Checked nobody(const Failure& why, const Question& question)
{
    Checked checked{why, {}};
    checked.remembered = question.remembered;
    return checked;
}

struct AskedApp {
    const std::string& id;
    const Remembered& before;
    std::string_view option; ///< where the id was said
};

// Nebraska answers no app behind one that it does not know.
Failure unanswered(const AskedApp& asked)
{
    return Failure{Category::UpdateCheck, code::AnswerInvalid,
                   "the answer does not speak of the app " + escaped(asked.id) + ": check " +
                       std::string(asked.option) + "; some servers stop at the first app that they do not know"};
}

// What the body says of one app, and what is to be kept of it.
OtherAnswer understood(const protocol::Response& response, const AskedApp& asked, Digests digests,
                       std::vector<std::string>& remarks)
{
    const auto* const app = appIn(response, asked.id);
    if (app == nullptr) return {unanswered(asked), asked.before};
    auto noted = source::noted(asked.before, response, *app, randomGuid());
    std::move(noted.remarks.begin(), noted.remarks.end(), std::back_inserter(remarks));
    return {meaningOf(*app, digests, asked.option), std::move(noted.remembered)};
}

// 3.1 does not repeat what the request has said.
void sayBase(Result<Answer>& answer, const std::string& base)
{
    auto* const offer = answer ? std::get_if<Offer>(&answer.value()) : nullptr;
    if (offer == nullptr) return;
    for (auto& delta : offer->packages.front().deltas)
        if (delta.from.empty()) delta.from = base;
}

// Status and headers have been looked at; this is what the body says.
void understand(Checked& checked, const protocol::Response& response, const Identity& identity,
                const Question& question)
{
    const auto& appId = identity.appId;
    const auto digests = identity.hasStatements ? Digests::ByStatement : Digests::Needed;
    auto own = understood(response, {appId, question.remembered, "--app-id"}, digests, checked.remarks);
    checked.answer = std::move(own.answer);
    sayBase(checked.answer, question.base);
    checked.remembered = std::move(own.remembered);
    const auto* const app = appIn(response, appId);
    if (app != nullptr && app->updatecheck && app->updatecheck->pollInterval)
        checked.pollInterval = std::chrono::seconds(*app->updatecheck->pollInterval);
    for (const auto& other : question.others)
        checked.others.push_back(
            understood(response, {other.id, other.remembered, "--also-app"}, digests, checked.remarks));
}

} // namespace

OmahaSource::OmahaSource(Identity identity, transport::Transport& transport)
    : identity_(std::move(identity)),
      transport_(transport)
{
}

// Without keys the transport's word is enough.
Result<OmahaSource::Heard> OmahaSource::ask(const transport::Url& url, const transport::Headers& headers,
                                            const std::string& question)
{
    if (identity_.cupKeys.empty()) {
        auto reply = transport_.post(url, headers, question);
        if (!reply) return reply.error();
        return Heard{std::move(reply.value())};
    }
    const auto& [id, key] = *identity_.cupKeys.rbegin();
    const auto cup2key = std::to_string(id) + ':' + randomHex(NonceDigits);
    auto target = url;
    target.target = protocol::withCup(url.target, cup2key, question);
    auto reply = transport_.post(target, headers, question);
    if (!reply) return reply.error();
    auto fault = protocol::faultOfProof(key, {question, cup2key, reply->body}, proofIn(*reply));
    return Heard{std::move(reply.value()), fault.empty(), std::move(fault)};
}

// Without its proof an answer is none. An HTTP error stays what it is, an error of whoever stands on the way.
Failure OmahaSource::unproven(const Heard& heard) const
{
    auto plain = notOmaha(heard.reply, {});
    if (plain.code == code::AnswerInvalid) return plain; // A page of HTML: a captive portal, which has no keys.
    return Failure{Category::UpdateCheck, code::AnswerInvalid,
                   "the answer of " + escaped(identity_.server) + " is not believed: " + heard.fault +
                       "; somebody changed it on the way, or the server has no private key for --cup-key " +
                       std::to_string(identity_.cupKeys.rbegin()->first)};
}

Checked OmahaSource::check(const Question& question)
{
    const auto url = endpointOf(identity_.server);
    if (!url) return nobody(url.error(), question);
    const auto form = formFor(identity_, *url);
    const auto request = checkRequest(identity_, question, form);
    const auto heard = ask(*url, headersFor(request, question.asker, form), encode(request, form));
    if (!heard) return nobody(heard.error(), question);
    if (isSuccess(heard->reply.status) && !heard->fault.empty()) return nobody(unproven(*heard), question);
    const auto& reply = heard->reply;
    Checked checked{notOmaha(reply, {}), retryAfterOf(reply), heard->proven || cannotBeForged(*url)};
    checked.remembered = question.remembered;
    checked.overloaded = isOverloaded(reply.status);
    if (!heard->fault.empty()) return checked;
    try {
        understand(checked, protocol::decodeResponse(reply.body), identity_, question);
    } catch (const protocol::DecodeError& e) {
        checked.answer = notOmaha(reply, e.what());
    }
    return checked;
}

Sent OmahaSource::send(const Event& event, std::chrono::seconds age)
{
    const auto url = endpointOf(identity_.server);
    if (!url) return {url.error(), false};
    const auto form = formFor(identity_, *url);
    const auto request = eventRequest(identity_, event, form);
    auto headers = headersFor(request, Asker::Schedule, form);
    if (age >= LateEvent) headers.emplace_back("X-Request-Age", std::to_string(age.count()));
    const auto heard = ask(*url, headers, encode(request, form));
    if (!heard) return {heard.error(), false};
    const auto& reply = heard->reply;
    if (!isHeard(reply))
        return {notOmaha(reply, {}),       true, false, retryAfterOf(reply), heard->proven || cannotBeForged(*url),
                isOverloaded(reply.status)};
    if (!heard->fault.empty()) return {unproven(*heard), true, true};
    return {Done{}};
}

} // namespace baton::source
