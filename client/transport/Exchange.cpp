#include "client/transport/Exchange.h"

#include "client/core/Duration.h"
#include "client/core/Text.h"
#include "client/transport/Authorization.h"
#include "client/transport/Connection.h"
#include "client/transport/Framing.h"
#include "client/transport/Head.h"

#include <Poco/Exception.h>

#include <algorithm>

namespace baton::transport {
namespace {

// What OpenSSL calls the alert of a server that was shown none.  [RFC 8446, 6.2]
constexpr std::string_view WantsCertificate = "alert certificate required";

// Of a server that was asked for TLS and has none.
constexpr std::string_view SpeaksNoTls = "wrong version number";

// Poco's name of the least special errors says nothing that the message does not.
std::string sentenceOf(const Poco::Exception& error)
{
    const std::string name = error.name();
    const bool isVague = name == "Net Exception" || name == "I/O error";
    return escaped(isVague && !error.message().empty() ? error.message() : error.displayText(), 400);
}

Failure refuse(int code, const std::string& why) { return Failure{Category::Download, code, why}; }

Poco::Timespan timespan(Duration time) { return Poco::Timespan(std::chrono::microseconds(time).count()); }

} // namespace

Exchange::Exchange(const TransportSettings& settings, const Question& question, const Hop& hop, Watchdog::Moment end)
    : settings_(settings),
      limits_(settings.limits),
      question_(question),
      hop_(hop),
      end_(end)
{
}

Result<std::optional<std::string>> Exchange::run(Receiver& receiver)
try {
    if (auto fine = prepare(); !fine) return told(fine.error());
    auto result = overConnection(receiver);
    return result ? result : told(result.error());
} catch (const Poco::Exception& e) {
    return told(refuse(code::Transfer, sentenceOf(e)));
} catch (const std::exception& e) {
    return told(refuse(code::Transfer, escaped(e.what(), 400)));
}

Result<Done> Exchange::prepare()
{
    if (auto fine = checkOutgoing(question_.headers); !fine) return fine;
    // Or else whoever writes an answer could have us talk to any daemon of this machine.
    if (hop_.url.scheme == Scheme::Unix && !(settings_.server && isSameOrigin(hop_.url, *settings_.server)))
        return refuse(code::AnswerInvalid, "a unix socket is asked only if it is the one of --server");
    auto proxy = settings_.proxies.proxyFor(hop_.url);
    if (!proxy) return proxy.error();
    proxy_ = *proxy;
    if (!hop_.isOurServer || settings_.authorizationFile.empty()) return Done{};
    auto authorization = readAuthorization(settings_.authorizationFile, settings_.tls.open);
    if (!authorization)
        return refuse(authorization.error().code, "--authorization-file: " + authorization.error().detail);
    authorization_ = *authorization;
    return Done{};
}

Poco::Net::StreamSocket Exchange::connect() const
{
    const auto& url = hop_.url;
    if (url.scheme == Scheme::Unix) return connectTo(url.socket);
    return connectTo(proxy_ ? HostPort{proxy_->host, proxy_->port} : HostPort{url.host, url.port}, limits_.connect,
                     end_);
}

Result<Exchange::Next> Exchange::overConnection(Receiver& receiver)
{
    const auto socket = connect();
    Watchdog watchdog(socket.impl()->sockfd());
    watchdog.expectBy(Patience::Whole, end_, "not done within " + printDuration(limits_.request) + " (--timeout)");
    watchdog.expectBy(Patience::FirstByte, std::chrono::steady_clock::now() + limits_.firstByte,
                      "no answer within " + printDuration(limits_.firstByte));
    try {
        auto result = overSocket(socket, receiver, watchdog);
        late_ = watchdog.bitten();
        // What the watchdog cut may look whole.
        return late_.empty() || !result ? result : refuse(code::Transfer, late_);
    } catch (...) {
        late_ = watchdog.bitten();
        throw;
    }
}

Result<Exchange::Next> Exchange::overSocket(Poco::Net::StreamSocket socket, Receiver& receiver, Watchdog& watchdog)
{
    socket.setReceiveTimeout(timespan(patience()));
    socket.setSendTimeout(timespan(patience()));
    if (hop_.url.scheme == Scheme::Https)
        if (auto fine = agree(socket); !fine) return fine.error();
    Stream stream(socket);
    stream.write(requestText(question_, hop_.url, proxy_, authorization_));
    return receive(stream, receiver, watchdog);
}

// On a connection that only the server can read.
Result<Done> Exchange::agree(Poco::Net::StreamSocket& socket)
{
    if (proxy_)
        if (auto fine = openTunnel(socket, hop_.url, *proxy_); !fine) return fine;
    tls_ = std::make_unique<Tls>(hop_.url.host, tlsSettings());
    socket = secure(socket, hop_.url, *tls_);
    return Done{};
}

TlsSettings Exchange::tlsSettings() const
{
    auto tls = settings_.tls;
    if (!hop_.isOurServer) tls.certificate.clear();
    const bool ofServersHost = settings_.server && isSameWord(settings_.server->host, hop_.url.host);
    if (question_.method != Method::Post && !ofServersHost) tls.pins.clear();
    return tls;
}

Result<Exchange::Next> Exchange::receive(Stream& stream, Receiver& receiver, Watchdog& watchdog) const
{
    auto text = receiveHead(stream);
    if (!text) return text.error();
    watchdog.relax(Patience::FirstByte);
    if (proxy_ && text->status == 407) return refusedByProxy(text->status, *proxy_);
    if (const auto location = text->header("Location"); isFollowed(text->status, question_.method) && !location.empty())
        return Next(location);
    const auto head = readHead(text->status, std::move(text.value().headers));
    if (!head) return head.error();
    const auto most = receiver.begin(*head);
    if (!most) return most.error();
    Body body(stream, *head);
    if (question_.method == Method::Get && !body.announced())
        return refuse(code::AnswerInvalid, "the answer does not say how long it is");
    if (body.announced().value_or(0) > *most)
        return refuse(code::SizeMismatch, "the answer is " + std::to_string(*body.announced()) +
                                              " bytes long, at most " + std::to_string(*most) + " are taken");
    Pace pace(watchdog, limits_, question_.method);
    const auto done = receiveBody(body, *most, receiver, pace);
    return done ? Result<Next>(Next()) : done.error();
}

Result<Done> Exchange::receiveBody(Body& body, std::int64_t most, Receiver& receiver, Pace& pace) const
{
    for (std::int64_t came = 0;;) {
        pace.waits();
        const auto piece = body.next();
        if (!piece) return piece.error();
        pace.came(piece->size());
        if (piece->empty()) return Done{};
        came += static_cast<std::int64_t>(piece->size());
        if (came > most)
            return refuse(code::SizeMismatch, "the answer is longer than " + std::to_string(most) + " bytes");
        if (auto done = receiver.take(*piece); !done) return done;
    }
}

// A little more than any limit of the watchdog, which ends the exchange first and knows the reason.
Duration Exchange::patience() const
{
    return std::max({limits_.firstByte, limits_.idle, limits_.window}) + Duration(1000);
}

Failure Exchange::told(Failure failure) const
{
    if (!late_.empty()) failure = refuse(code::Transfer, late_);
    if (tls_ && !tls_->refusal().empty())
        failure.detail = "the server's certificate is refused: " + tls_->refusal() + " [" + failure.detail + "]";
    if (tls_ && failure.detail.find(WantsCertificate) != std::string::npos)
        failure.detail += " (it wants to see a certificate of ours: --client-cert)";
    if (tls_ && failure.detail.find(SpeaksNoTls) != std::string::npos)
        failure.detail += " (what answers there speaks no TLS: is it http://?)";
    auto what = describe(question_, hop_.url);
    if (proxy_) what += " through the proxy " + print(*proxy_);
    failure.detail = what + ": " + failure.detail;
    return failure;
}

} // namespace baton::transport
