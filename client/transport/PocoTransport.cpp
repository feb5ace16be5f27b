#include "client/transport/PocoTransport.h"

#include "client/core/ProductVersion.h"
#include "client/core/Text.h"
#include "client/transport/Connection.h"
#include "client/transport/Framing.h"
#include "client/transport/Watchdog.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <array>
#include <functional>
#include <istream>
#include <limits>
#include <ostream>

namespace baton::transport {
namespace {

using Poco::Net::HTTPRequest;

constexpr std::size_t BlockSize = 128 * 1024;

enum class Body { MayBeOpen, MustSayLength };

struct Question {
    const Url& url;
    const Headers& headers;
    const std::string* body; ///< null: a GET
};

// Poco keeps the connection that it is given only while it knows no host to reconnect to.
class Session : public Poco::Net::HTTPClientSession {
public:
    explicit Session(const Poco::Net::StreamSocket& socket) : HTTPClientSession(socket) { setKeepAlive(false); }
};

HTTPRequest requestFor(const Question& question)
{
    HTTPRequest request(question.body ? HTTPRequest::HTTP_POST : HTTPRequest::HTTP_GET, question.url.target,
                        HTTPRequest::HTTP_1_1);
    request.set("Host", question.url.authority());
    request.set("User-Agent", "baton/" + std::string(productVersion()));
    request.set("Accept-Encoding", "identity");
    for (const auto& [name, value] : question.headers) request.set(name, value);
    if (question.body) request.setContentLength64(static_cast<Poco::Int64>(question.body->size()));
    return request;
}

Result<HttpHead> headOf(const Poco::Net::HTTPResponse& response)
{
    Headers headers;
    for (const auto& [name, value] : response) headers.emplace_back(name, value);
    return readHead(response.getStatus(), std::move(headers));
}

bool hasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

// Wakes the watchdog's patience for each `least` bytes: slow is not dead, but slower than that is.
class Pace {
public:
    Pace(Watchdog& watchdog, Duration window, std::int64_t least) : watchdog_(watchdog), window_(window), least_(least)
    {
        watchdog_.expectWithin(window_, reason());
    }

    void came(std::int64_t bytes)
    {
        sum_ += bytes;
        if (sum_ < least_) return;
        sum_ = 0;
        watchdog_.expectWithin(window_, reason());
    }

private:
    std::string reason() const
    {
        return "too slow: too few bytes came within " + std::to_string(window_.count()) + " ms";
    }

    Watchdog& watchdog_;
    Duration window_;
    std::int64_t least_;
    std::int64_t sum_ = 0;
};

Failure cutShort(std::int64_t came, std::int64_t promised)
{
    return Failure{Category::Download, code::Transfer,
                   "the connection ended after " + std::to_string(came) + " of " + std::to_string(promised) + " bytes"};
}

// Reads the buffer itself: an istream would swallow the exception that says why a read failed.
Result<Done> readBody(std::streambuf& buffer, const HttpHead& head, std::int64_t most, Receiver& receiver, Pace& pace)
{
    std::vector<char> block(BlockSize);
    std::int64_t came = 0;
    while (came < head.length.value_or(std::numeric_limits<std::int64_t>::max())) {
        if (std::char_traits<char>::eq_int_type(buffer.sgetc(), std::char_traits<char>::eof())) break;
        const auto there = std::min<std::streamsize>(buffer.in_avail(), static_cast<std::streamsize>(block.size()));
        const auto taken = buffer.sgetn(block.data(), std::max<std::streamsize>(there, 1));
        came += taken;
        if (came > most)
            return Failure{Category::Download, code::SizeMismatch,
                           "the answer is longer than " + std::to_string(most) + " bytes"};
        pace.came(taken);
        if (auto done = receiver.take({block.data(), static_cast<std::size_t>(taken)}); !done) return done.error();
    }
    if (head.length && came < *head.length) return cutShort(came, *head.length);
    return Done{};
}

Result<Done> receive(Session& session, const Question& question, Body kind, Receiver& receiver, Watchdog& watchdog,
                     const std::function<Pace()>& pace)
{
    auto request = requestFor(question);
    auto& out = session.sendRequest(request);
    if (question.body) out << *question.body << std::flush;
    Poco::Net::HTTPResponse response;
    auto& in = session.receiveResponse(response);
    if (!watchdog.bitten().empty()) return cutShort(0, 0);
    const auto head = headOf(response);
    if (!head) return head.error();
    const auto most = receiver.begin(*head);
    if (!most) return most.error();
    if (hasNoBody(head->status)) return Done{};
    if (kind == Body::MustSayLength && !head->length)
        return Failure{Category::Download, code::AnswerInvalid, "the answer does not say how long it is"};
    if (head->length && *head->length > *most)
        return Failure{Category::Download, code::SizeMismatch,
                       "the answer is " + std::to_string(*head->length) + " bytes long, at most " +
                           std::to_string(*most) + " are taken"};
    auto steps = pace();
    return readBody(*in.rdbuf(), *head, *most, receiver, steps);
}

// The one place where what Poco throws becomes a Failure.
class Exchange {
public:
    Exchange(const TransportSettings& settings, const Question& question) : settings_(settings), question_(question) {}

    Result<Done> run(Body kind, Receiver& receiver)
    {
        if (auto fine = checkOutgoing(question_.headers); !fine) return fine;
        try {
            auto result = overConnection(kind, receiver);
            return result ? result : told(result.error());
        } catch (const Poco::Exception& e) {
            return told(Failure{Category::Download, code::Transfer, escaped(e.displayText(), 400)});
        } catch (const std::exception& e) {
            return told(Failure{Category::Download, code::Transfer, escaped(e.what(), 400)});
        }
    }

private:
    Result<Done> overConnection(Body kind, Receiver& receiver)
    {
        auto socket = connectTo(question_.url, settings_.connect);
        Watchdog watchdog(socket.impl()->sockfd(), settings_.headers,
                          "no answer within " + std::to_string(settings_.headers.count()) + " ms");
        try {
            auto result = overSocket(socket, kind, receiver, watchdog);
            late_ = watchdog.bitten();
            return result ? Result<Done>(Done{}) : result;
        } catch (...) {
            late_ = watchdog.bitten();
            throw;
        }
    }

    Result<Done> overSocket(Poco::Net::StreamSocket socket, Body kind, Receiver& receiver, Watchdog& watchdog)
    {
        socket.setReceiveTimeout(Poco::Timespan(std::chrono::microseconds(patience()).count()));
        socket.setSendTimeout(Poco::Timespan(std::chrono::microseconds(patience()).count()));
        if (question_.url.scheme == Scheme::Https) {
            tls_ = std::make_unique<Tls>(question_.url.host, settings_.caFile);
            socket = secure(socket, question_.url, *tls_);
        }
        Session session(socket);
        session.setTimeout(Poco::Timespan(std::chrono::microseconds(patience()).count()));
        return receive(session, question_, kind, receiver, watchdog, [&] {
            return kind == Body::MustSayLength
                       ? Pace(watchdog, settings_.window, settings_.leastBytes)
                       : Pace(watchdog, settings_.answer, std::numeric_limits<std::int64_t>::max());
        });
    }

    // A little more than any limit of the watchdog, which ends the exchange first and knows the reason.
    Duration patience() const
    {
        return std::max({settings_.headers, settings_.answer, settings_.window}) + Duration(1000);
    }

    Failure told(Failure failure) const
    {
        if (!late_.empty()) failure = Failure{failure.category, code::Transfer, late_};
        if (tls_ && !tls_->refusal().empty())
            failure.detail = "the server's certificate is refused: " + tls_->refusal() + " [" + failure.detail + "]";
        failure.detail = (question_.body ? "post to " : "get ") + escaped(print(question_.url)) + ": " + failure.detail;
        return failure;
    }

    const TransportSettings& settings_;
    const Question& question_;
    std::unique_ptr<Tls> tls_;
    std::string late_;
};

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

} // namespace

PocoTransport::PocoTransport(TransportSettings settings) : settings_(std::move(settings)) {}

Result<HttpReply> PocoTransport::post(const Url& url, const Headers& headers, const std::string& body)
{
    Keeper keeper(settings_.longestAnswer);
    const Question question{url, headers, &body};
    const auto result = Exchange(settings_, question).run(Body::MayBeOpen, keeper);
    if (!result) return Failure{Category::UpdateCheck, code::HttpError, result.error().detail};
    return keeper.reply;
}

Result<Done> PocoTransport::get(const Url& url, const Headers& headers, Receiver& receiver)
{
    const Question question{url, headers, nullptr};
    return Exchange(settings_, question).run(Body::MustSayLength, receiver);
}

} // namespace baton::transport
