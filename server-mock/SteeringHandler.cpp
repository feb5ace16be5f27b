#include "client/core/Text.h"
#include "server-mock/Handlers.h"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <fstream>
#include <stdexcept>

namespace baton::mock {
namespace {

using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::size_t LongestFault = 64 * 1024;

std::string parameter(const HTTPServerRequest& request, const std::string& name, const std::string& missing)
{
    for (const auto& [key, value] : Poco::URI(request.getURI()).getQueryParameters())
        if (key == name) return value;
    return missing;
}

bool flag(const HTTPServerRequest& request, const std::string& name, const std::string& missing)
{
    const auto text = parameter(request, name, missing);
    if (text != "true" && text != "false") throw std::invalid_argument(name + " is true or false");
    return text == "true";
}

std::shared_ptr<const Payload> upload(Site& site, HTTPServerRequest& request)
{
    if (!hasBody(request)) throw std::invalid_argument("the body is the payload, and there is none");
    const auto file = site.uploads / std::to_string(site.nextUpload++);
    std::ofstream out(file, std::ios::binary);
    const auto bytes = Poco::StreamCopier::copyStream64(request.stream(), out);
    if (!out.flush()) throw std::runtime_error("the payload cannot be written to " + file.string());
    out.close();
    if (request.hasContentLength() && bytes != static_cast<Poco::UInt64>(request.getContentLength64())) {
        std::filesystem::remove(file);
        throw std::invalid_argument("the body is shorter than its Content-Length");
    }
    if (bytes == 0) {
        std::filesystem::remove(file);
        throw std::invalid_argument("the body is the payload, and it is empty");
    }
    return std::make_shared<const Payload>(file, Payload::AtEnd::RemoveFile);
}

void steerRelease(Site& site, const Path& path, HTTPServerRequest& request, HTTPServerResponse& response)
{
    const auto& appid = path[2];
    const auto& version = path[4];
    const auto track = parameter(request, "track", "");
    const auto label = escaped(appid) + ' ' + escaped(version);
    if (request.getMethod() == "PUT") {
        const bool isAdded = flag(request, "add", "false");
        const OfferedPackage package{parameter(request, "name", "payload"), upload(site, request),
                                     flag(request, "required", "true")};
        if (isAdded)
            site.catalogue.add(appid, version, track, package);
        else
            site.catalogue.put({appid, version, track, {package}});
        const auto done = isAdded ? "added to " + label : "published " + label;
        site.log(done);
        return replyText(response, HTTPResponse::HTTP_OK, done);
    }
    if (!site.catalogue.remove(appid, version, track))
        return replyText(response, HTTPResponse::HTTP_NOT_FOUND, label + " is not published on that track");
    site.log("withdrawn " + label);
    replyText(response, HTTPResponse::HTTP_OK, "withdrawn " + label);
}

void steerBeside(Site& site, const Path& path, HTTPServerRequest& request, HTTPServerResponse& response)
{
    constexpr std::size_t Longest = std::size_t{1024} * 1024;
    auto body = readBody(request, Longest);
    if (body.size() > Longest) throw std::invalid_argument("a file beside a package is shorter than 1 MiB");
    const auto label = escaped(path[2]) + ' ' + escaped(path[4]) + ' ' + escaped(path[6]);
    site.beside.put(path[2], path[4], path[6], std::move(body));
    site.log("put beside " + label);
    replyText(response, HTTPResponse::HTTP_OK, "put beside " + label);
}

void steerFaults(Site& site, const Path&, HTTPServerRequest& request, HTTPServerResponse& response)
{
    if (request.getMethod() == "DELETE") {
        site.faults.clear();
        return replyText(response, HTTPResponse::HTTP_OK, "no more faults");
    }
    const auto body = readBody(request, LongestFault);
    if (body.size() > LongestFault) throw std::invalid_argument("a fault is shorter than 64 KiB");
    site.faults.add(parseFault(body));
    replyText(response, HTTPResponse::HTTP_OK, "the fault waits for its requests");
}

void listRequests(Site& site, const Path&, HTTPServerRequest&, HTTPServerResponse& response)
{
    reply(response, HTTPResponse::HTTP_OK, "application/json", toJson(site.journal.all()));
}

struct Door {
    const char* method;
    Path path; // an empty segment stands for any text
    void (*open)(Site&, const Path&, HTTPServerRequest&, HTTPServerResponse&);
};

const std::vector<Door>& doors()
{
    static const std::vector<Door> All{{"PUT", {"mock", "apps", "", "releases", ""}, steerRelease},
                                       {"DELETE", {"mock", "apps", "", "releases", ""}, steerRelease},
                                       {"PUT", {"mock", "apps", "", "releases", "", "beside", ""}, steerBeside},
                                       {"GET", {"mock", "requests"}, listRequests},
                                       {"POST", {"mock", "faults"}, steerFaults},
                                       {"DELETE", {"mock", "faults"}, steerFaults}};
    return All;
}

bool leadsTo(const Path& path, const Path& door)
{
    if (path.size() != door.size()) return false;
    for (std::size_t i = 0; i < door.size(); ++i)
        if (!door[i].empty() && door[i] != path[i]) return false;
    return true;
}

} // namespace

void answerSteering(Site& site, const Path& path, HTTPServerRequest& request, HTTPServerResponse& response)
{
    bool isKnown = false;
    for (const auto& door : doors()) {
        if (!leadsTo(path, door.path)) continue;
        isKnown = true;
        if (request.getMethod() == door.method) return door.open(site, path, request, response);
    }
    if (isKnown) return replyText(response, HTTPResponse::HTTP_METHOD_NOT_ALLOWED, "That cannot be done here.");
    replyText(response, HTTPResponse::HTTP_NOT_FOUND,
              "There are /mock/apps/APPID/releases/VERSION (PUT, DELETE), the same with /beside/NAME (PUT), "
              "/mock/requests (GET) and /mock/faults "
              "(POST, DELETE).");
}

} // namespace baton::mock
