#include "docs/examples/chat/WebSocket.h"

#include "client/core/Text.h"

#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/SHA1Engine.h>
#include <Poco/String.h>

#include <sstream>

namespace websocket {
namespace {

using Poco::Net::HTTPResponse;

constexpr std::size_t KeySize = 24; // of 16 bytes in Base64
constexpr std::size_t MaskSize = 4;
constexpr unsigned IsLast = 0x80;
constexpr unsigned Reserved = 0x70; // for extensions, of which none was agreed on
constexpr unsigned IsMasked = 0x80;
constexpr unsigned LengthInTwoBytes = 126;
constexpr unsigned LengthInEightBytes = 127;

std::string acceptFor(const std::string& key)
{
    Poco::SHA1Engine engine;
    engine.update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    const auto& digest = engine.digest();
    std::ostringstream text;
    Poco::Base64Encoder encoder(text);
    encoder.write(reinterpret_cast<const char*>(digest.data()), static_cast<std::streamsize>(digest.size()));
    encoder.close();
    return text.str();
}

Welcome refused(HTTPResponse::HTTPStatus status)
{
    HTTPResponse response("HTTP/1.1", status);
    response.set("Connection", "close");
    response.set("Sec-WebSocket-Version", "13");
    response.setContentLength(0);
    std::ostringstream text;
    response.write(text);
    return {text.str(), false};
}

Welcome accepted(const std::string& key)
{
    HTTPResponse response("HTTP/1.1", HTTPResponse::HTTP_SWITCHING_PROTOCOLS);
    response.set("Upgrade", "websocket");
    response.set("Connection", "Upgrade");
    response.set("Sec-WebSocket-Accept", acceptFor(key));
    std::ostringstream text;
    response.write(text);
    return {text.str(), true};
}

// One part of a message, as it came.
struct Frame {
    Kind kind;
    bool isLast;
    std::string payload;
    std::size_t bytes;
};

bool isControl(Kind kind) { return kind >= Kind::Close; }

bool isKnown(Kind kind) { return kind <= Kind::Binary || (kind >= Kind::Close && kind <= Kind::Pong); }

std::string unmasked(std::string_view payload, std::string_view mask)
{
    std::string text(payload);
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ mask[i % MaskSize]);
    return text;
}

std::variant<Frame, Incomplete, Broken> firstFrame(std::string_view bytes)
{
    constexpr std::size_t Short = 2;
    constexpr std::size_t Long = 4;
    const auto at = [&](std::size_t place) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[place])); };
    if (bytes.size() < Short) return Incomplete{Short};
    const auto kind = static_cast<Kind>(at(0) & 0x0fU);
    const bool isLast = (at(0) & IsLast) != 0;
    std::size_t length = at(1) & 0x7fU;
    if ((at(0) & Reserved) != 0 || (at(1) & IsMasked) == 0 || !isKnown(kind)) return Broken{Reason::ProtocolError};
    if (isControl(kind) && (!isLast || length >= LengthInTwoBytes)) return Broken{Reason::ProtocolError};
    if (length == LengthInEightBytes) return Broken{Reason::TooBig};
    std::size_t start = Short;
    if (length == LengthInTwoBytes) {
        if (bytes.size() < Long) return Incomplete{Long};
        length = at(2) << 8U | at(3);
        start = Long;
    }
    const auto end = start + MaskSize + length;
    if (bytes.size() < end) return Incomplete{end};
    return Frame{kind, isLast, unmasked(bytes.substr(start + MaskSize, length), bytes.substr(start, MaskSize)), end};
}

} // namespace

Welcome welcome(const std::string& head)
try {
    std::istringstream text(head);
    Poco::Net::HTTPRequest request;
    request.read(text);
    const auto key = request.get("Sec-WebSocket-Key", "");
    if (request.getMethod() != "GET") return refused(HTTPResponse::HTTP_METHOD_NOT_ALLOWED);
    if (Poco::icompare(request.get("Upgrade", ""), "websocket") != 0 || !request.hasToken("Connection", "upgrade") ||
        request.get("Sec-WebSocket-Version", "") != "13")
        return refused(HTTPResponse::HTTP_UPGRADE_REQUIRED);
    return key.size() == KeySize ? accepted(key) : refused(HTTPResponse::HTTP_BAD_REQUEST);
} catch (const Poco::Exception&) {
    return refused(HTTPResponse::HTTP_BAD_REQUEST);
}

std::variant<Message, Incomplete, Broken> firstMessage(std::string_view bytes)
{
    Message whole;
    for (bool isBegun = false;;) {
        auto next = firstFrame(bytes.substr(whole.bytes));
        if (const auto* broken = std::get_if<Broken>(&next)) return *broken;
        if (const auto* incomplete = std::get_if<Incomplete>(&next)) {
            const auto needed = whole.bytes + incomplete->bytes;
            if (needed > MostBytes) return Broken{Reason::TooBig};
            return Incomplete{needed};
        }
        auto& frame = std::get<Frame>(next);
        whole.bytes += frame.bytes;
        if (isControl(frame.kind)) {
            if (!isBegun || frame.kind == Kind::Close) return Message{frame.kind, frame.payload, whole.bytes, {}};
            if (frame.kind == Kind::Ping) whole.pings.push_back(frame.payload);
            continue;
        }
        if ((frame.kind == Kind::Continuation) != isBegun) return Broken{Reason::ProtocolError};
        if (!isBegun) whole.kind = frame.kind;
        isBegun = true;
        whole.payload += frame.payload;
        if (!frame.isLast) continue;
        if (whole.kind == Kind::Text && !baton::isUtf8(whole.payload)) return Broken{Reason::NoText};
        return whole;
    }
}

std::string message(Kind kind, std::string_view payload)
{
    const auto size = payload.size();
    std::string bytes(1, static_cast<char>(IsLast | static_cast<unsigned>(kind)));
    if (size < LengthInTwoBytes) {
        bytes += static_cast<char>(size);
    } else {
        bytes += static_cast<char>(LengthInTwoBytes);
        bytes += static_cast<char>(size >> 8U);
        bytes += static_cast<char>(size & 0xffU);
    }
    return bytes.append(payload);
}

std::string closing(Reason reason)
{
    const auto code = static_cast<std::uint16_t>(reason);
    return message(Kind::Close, std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)});
}

} // namespace websocket
