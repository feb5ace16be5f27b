#include "client/core/Text.h"
#include "server-mock/ByteRange.h"
#include "server-mock/Handlers.h"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>

namespace baton::mock {
namespace {

using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::size_t BlockBytes = 256 * 1024;
constexpr const char* HtmlPage = "<!DOCTYPE html><html><body>Please log in to this network.</body></html>\n";

// A range holds only for the very bytes that the client has a part of.  [RFC 9110, 13.1.5]
ByteRange partFor(const HTTPServerRequest& request, const Payload& payload)
{
    const auto condition = request.get("If-Range", "");
    const bool holds = condition.empty() || condition == payload.etag() || condition == payload.lastModified();
    return rangeOf(request.getMethod() == "GET" && holds ? request.get("Range", "") : "", payload.sizeBytes());
}

int statusOf(const ByteRange& part)
{
    switch (part.kind) {
    case ByteRange::Kind::Part: return HTTPResponse::HTTP_PARTIAL_CONTENT;
    case ByteRange::Kind::Unsatisfiable: return HTTPResponse::HTTP_REQUESTED_RANGE_NOT_SATISFIABLE;
    default: return HTTPResponse::HTTP_OK;
    }
}

void sayPart(HTTPServerResponse& response, const ByteRange& part, std::int64_t sizeBytes)
{
    const auto size = '/' + std::to_string(sizeBytes);
    if (part.kind == ByteRange::Kind::Unsatisfiable) response.set("Content-Range", "bytes *" + size);
    if (part.kind == ByteRange::Kind::Part)
        response.set("Content-Range",
                     "bytes " + std::to_string(part.first) + '-' + std::to_string(part.first + part.count - 1) + size);
}

void copy(std::istream& in, std::ostream& out, std::int64_t bytes, bool spoilFirst)
{
    std::string block(BlockBytes, '\0');
    while (bytes > 0 && out) {
        const auto wanted = std::min(bytes, static_cast<std::int64_t>(block.size()));
        in.read(block.data(), wanted);
        if (in.gcount() == 0) throw std::runtime_error("a published file became shorter");
        if (spoilFirst) block.front() = static_cast<char>(block.front() ^ 1);
        spoilFirst = false;
        out.write(block.data(), in.gcount());
        bytes -= in.gcount();
    }
    out.flush();
}

void stream(HTTPServerResponse& response, const Payload& payload, const ByteRange& part,
            const std::optional<Fault>& fault)
{
    std::ifstream in(payload.file(), std::ios::binary);
    if (!in.seekg(part.first)) throw std::runtime_error("a published file is gone: " + payload.file().string());
    response.setContentLength64(part.count);
    const bool isCut = fault && fault->what == What::Cut;
    const auto until = fault && fault->value > 0 ? static_cast<std::int64_t>(fault->value) : part.count / 2;
    copy(in, response.send(), isCut ? std::min(until, part.count) : part.count, fault && fault->what == What::Digest);
}

void send(const HTTPServerRequest& request, HTTPServerResponse& response, const Payload& payload, const ByteRange& part,
          const std::optional<Fault>& fault)
{
    response.setStatusAndReason(static_cast<HTTPResponse::HTTPStatus>(statusOf(part)));
    response.setContentType("application/octet-stream");
    response.set("ETag", payload.etag());
    response.set("Last-Modified", payload.lastModified());
    response.set("Accept-Ranges", "bytes");
    sayPart(response, part, payload.sizeBytes());
    response.setContentLength64(part.count);
    if (request.getMethod() == "HEAD" || part.count == 0) {
        response.send();
        return;
    }
    stream(response, payload, part, fault);
}

constexpr std::string_view StatementSuffix = ".dsse.json";

// What somebody put there; else, with a key to sign with, the statement of the release whose first package is asked
// for.
std::optional<std::string> textBeside(Site& site, const Path& path)
{
    if (auto text = site.beside.find(path[1], path[2], path[3])) return text;
    if (site.signKeys.empty() || !path[3].ends_with(StatementSuffix)) return std::nullopt;
    const auto name = path[3].substr(0, path[3].size() - StatementSuffix.size());
    const auto release = site.catalogue.releaseOf(path[1], path[2], name);
    if (!release) return std::nullopt;
    const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    return signedStatement(*release, site.signKeys, now);
}

void record(Site& site, const HTTPServerRequest& request, int status)
{
    auto asked = describe(On::Package, request);
    asked.status = status;
    const auto range = request.get("Range", "");
    site.log("package " + asked.method + ' ' + escaped(asked.uri) + (range.empty() ? "" : " " + escaped(range)) + ": " +
             std::to_string(status));
    site.journal.add(std::move(asked));
}

} // namespace

void answerPackage(Site& site, const Path& path, HTTPServerRequest& request, HTTPServerResponse& response)
{
    if (const auto text = textBeside(site, path)) { // No fault meets it: those are for the packages.
        record(site, request, HTTPResponse::HTTP_OK);
        return reply(response, HTTPResponse::HTTP_OK, "application/json", *text);
    }
    const bool isBeside = path[3].ends_with(".json") && !site.catalogue.find(path[1], path[2], path[3]);
    if (isBeside) {
        record(site, request, HTTPResponse::HTTP_NOT_FOUND);
        return replyText(response, HTTPResponse::HTTP_NOT_FOUND, "There is no such file beside the packages.");
    }
    const auto fault = site.faults.take(On::Package);
    if (fault && fault->what == What::Status) {
        record(site, request, fault->value);
        return reply(response, fault->value, "text/plain", {});
    }
    if (fault && fault->what == What::Malformed) {
        record(site, request, HTTPResponse::HTTP_OK);
        return reply(response, HTTPResponse::HTTP_OK, "text/html", HtmlPage);
    }
    auto payload = site.catalogue.find(path[1], path[2], path[3]);
    if (!payload) payload = site.deltas.find(path[3]);
    if (request.getMethod() != "GET" && request.getMethod() != "HEAD") {
        record(site, request, HTTPResponse::HTTP_METHOD_NOT_ALLOWED);
        response.set("Allow", "GET, HEAD");
        return replyText(response, HTTPResponse::HTTP_METHOD_NOT_ALLOWED, "A package is fetched by GET.");
    }
    if (!payload) {
        record(site, request, HTTPResponse::HTTP_NOT_FOUND);
        return replyText(response, HTTPResponse::HTTP_NOT_FOUND, "No such package is published.");
    }
    const auto part = partFor(request, *payload);
    record(site, request, statusOf(part));
    if (fault && fault->what == What::Delay && site.stopping.tryWait(fault->value)) return;
    send(request, response, *payload, part, fault);
}

} // namespace baton::mock
