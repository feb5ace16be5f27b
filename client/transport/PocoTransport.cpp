#include "client/transport/PocoTransport.h"

#include "client/transport/Exchange.h"

#include <utility>

namespace baton::transport {
namespace {

constexpr int MostRedirects = 5;

// Keeps a short answer.
struct Keeper : Receiver {
    explicit Keeper(std::size_t longest) : most(static_cast<std::int64_t>(longest)) {}

    Result<std::int64_t> begin(const HttpHead& head) override
    {
        static_cast<HttpHead&>(reply) = head;
        return most;
    }

    Result<Done> take(std::string_view bytes) override
    {
        reply.body += bytes;
        return Done{};
    }

    std::int64_t most;
    HttpReply reply;
};

Failure refuse(const Question& question, const Url& url, const std::string& why)
{
    return Failure{Category::Download, code::AnswerInvalid, describe(question, url) + ": " + why};
}

Failure onTheWay(Failure failure, const Url& first, int redirects)
{
    if (redirects > 0) failure.detail += " (where we were sent from " + shown(first) + ')';
    return failure;
}

} // namespace

PocoTransport::PocoTransport(TransportSettings settings) : settings_(std::move(settings)) {}

Result<HttpReply> PocoTransport::post(const Url& url, const Headers& headers, const std::string& body)
{
    Keeper keeper(settings_.limits.longestAnswer);
    const auto result = converse({Method::Post, headers, body}, url, keeper);
    if (!result) return Failure{Category::UpdateCheck, code::HttpError, result.error().detail};
    return keeper.reply;
}

Result<Done> PocoTransport::get(const Url& url, const Headers& headers, Receiver& receiver)
{
    return converse({Method::Get, headers}, url, receiver);
}

Result<Done> PocoTransport::converse(const Question& question, const Url& first, Receiver& receiver) const
{
    const auto end = question.method == Method::Post ? std::chrono::steady_clock::now() + settings_.limits.request
                                                     : Watchdog::Moment::max();
    auto url = first;
    auto isOurs = settings_.server && isSameOrigin(url, *settings_.server);
    for (int redirects = 0;; ++redirects) {
        const auto next = Exchange(settings_, question, {url, isOurs}, end).run(receiver);
        if (!next) return onTheWay(next.error(), first, redirects);
        if (!*next) return Done{};
        auto there = follow(url, **next);
        if (!there) return onTheWay(refuse(question, url, there.error().detail), first, redirects);
        if (redirects == MostRedirects)
            return refuse(question, first, "more than 5 redirects, the last to " + shown(*there));
        url = std::move(there).value();
        isOurs = isOurs && isSameOrigin(url, *settings_.server);
    }
}

} // namespace baton::transport
