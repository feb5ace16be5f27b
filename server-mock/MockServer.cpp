#include "server-mock/MockServer.h"

#include "client/core/HostPort.h"
#include "server-mock/Handlers.h"

#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/ThreadPool.h>

#include <fcntl.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace baton::mock {
namespace {

constexpr int Backlog = 256;
constexpr int MostThreads = 64;
constexpr int MostWaiting = 256;
constexpr int ReadTimeoutSeconds = 30;

// A program that the test starts shall not hold our connections open.
void closeOnExec(const Poco::Net::Socket& socket)
{
    const int fd = socket.impl()->sockfd();
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) throw std::runtime_error("a socket cannot be closed on exec");
}

struct CloseOnExec : Poco::Net::TCPServerConnectionFilter {
    bool accept(const Poco::Net::StreamSocket& socket) override
    {
        closeOnExec(socket);
        return true;
    }
};

// Not by ServerSocket's constructor: it sets SO_REUSEPORT, and two servers would share one port.
Poco::Net::ServerSocket listenOn(const std::string& host, std::uint16_t port)
{
    Poco::Net::ServerSocket socket;
    socket.bind(Poco::Net::SocketAddress(host, port), true, false);
    closeOnExec(socket);
    socket.listen(Backlog);
    return socket;
}

Poco::Net::HTTPServerParams::Ptr limits()
{
    Poco::Net::HTTPServerParams::Ptr params(new Poco::Net::HTTPServerParams);
    params->setMaxThreads(MostThreads);
    params->setMaxQueued(MostWaiting);
    params->setTimeout(Poco::Timespan(ReadTimeoutSeconds, 0));
    params->setKeepAlive(false); // An idle connection would hold a thread, an unread body would be the next request.
    return params;
}

std::filesystem::path newDirectory()
{
    auto name = (std::filesystem::temp_directory_path() / "baton-mock-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory can be made as " + name);
    return name;
}

struct Directory {
    std::filesystem::path path = newDirectory();

    Directory() = default;
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory()
    {
        std::error_code none;
        std::filesystem::remove_all(path, none);
    }
};

OfferedPackage packageOf(const std::filesystem::path& file, const Label& label)
{
    return {label.name.empty() ? file.filename().string() : label.name, std::make_shared<const Payload>(file),
            label.required};
}

} // namespace

struct MockServer::Parts {
    explicit Parts(MockServerOptions options)
        : write(std::move(options.log)),
          socket(listenOn(options.host, options.port)),
          port(socket.address().port()),
          http(new HandlerFactory(site), pool, socket, limits())
    {
        site.origin = "http://" + print(HostPort{options.host, port});
        site.sha256In = options.sha256In;
        site.manners = options.manners;
        site.offers = options.offers;
        site.cupKeys = std::move(options.cupKeys);
        site.signKeys = std::move(options.signKeys);
        site.uploads = directory.path;
        site.deltas.open(directory.path, options.deltas);
        site.log = [this](const std::string& line) {
            if (!write) return;
            const std::lock_guard lock(writing);
            write(line);
        };
        http.setConnectionFilter(new CloseOnExec);
    }

    Directory directory;
    std::mutex writing;
    std::function<void(const std::string&)> write;
    Site site;
    Poco::ThreadPool pool{2, MostThreads};
    Poco::Net::ServerSocket socket;
    std::uint16_t port; // Still known when the socket is closed.
    Poco::Net::HTTPServer http;
    std::once_flag stopped;
};

MockServer::MockServer(MockServerOptions options)
{
    const auto opening = std::move(options.opening);
    parts_ = std::make_unique<Parts>(std::move(options));
    if (opening) opening(*this);
    parts_->http.start();
}

MockServer::~MockServer() { stop(); }

std::string MockServer::url() const { return parts_->site.origin; }

std::uint16_t MockServer::port() const { return parts_->port; }

void MockServer::publish(const std::string& appid, const std::string& version, const std::filesystem::path& file,
                         const Label& label)
{
    parts_->site.catalogue.put({appid, version, label.track, {packageOf(file, label)}});
}

void MockServer::add(const std::string& appid, const std::string& version, const std::filesystem::path& file,
                     const Label& label)
{
    parts_->site.catalogue.add(appid, version, label.track, packageOf(file, label));
}

void MockServer::publishBytes(const std::string& appid, const std::string& version, std::string_view bytes,
                              const Label& label)
{
    auto& site = parts_->site;
    const auto file = site.uploads / std::to_string(site.nextUpload++);
    if (!std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush())
        throw std::runtime_error("the payload cannot be written to " + file.string());
    site.catalogue.put({appid,
                        version,
                        label.track,
                        {{label.name.empty() ? "payload" : label.name,
                          std::make_shared<const Payload>(file, Payload::AtEnd::RemoveFile), label.required}}});
}

void MockServer::putBeside(const std::string& appid, const std::string& version, const std::string& name,
                           std::string bytes)
{
    parts_->site.beside.put(appid, version, name, std::move(bytes));
}

bool MockServer::withdraw(const std::string& appid, const std::string& version, const std::string& track)
{
    return parts_->site.catalogue.remove(appid, version, track);
}

std::vector<Asked> MockServer::requests() const { return parts_->site.journal.all(); }

std::vector<protocol::Event> MockServer::events(const std::string& machineid) const
{
    return parts_->site.instances.events(machineid);
}

void MockServer::fail(const Fault& fault) { parts_->site.faults.add(fault); }

void MockServer::heal() { parts_->site.faults.clear(); }

void MockServer::stop()
{
    std::call_once(parts_->stopped, [this] {
        parts_->site.stopping.set();
        parts_->http.stopAll(true);
        parts_->socket.close();
        parts_->pool.joinAll();
    });
}

} // namespace baton::mock
