#include "tests/system/TlsGate.h"

#include "client/os/UniqueFd.h"
#include "tests/system/PassedOn.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

namespace baton::system {
namespace {

constexpr std::string_view EndOfHead = "\r\n\r\n";
constexpr std::string_view Length = "Content-Length: ";

bool isWhole(const std::string& message)
{
    const auto head = message.find(EndOfHead);
    if (head == std::string::npos) return false;
    const auto at = message.find(Length);
    if (at == std::string::npos || at > head) return true;
    return message.size() >= head + EndOfHead.size() + std::stoul(message.substr(at + Length.size()));
}

// The answer as if the server were here: its addresses begin with `ours`.
std::string readdressed(const std::string& answer, const std::string& theirs, const std::string& ours)
{
    const auto head = answer.find(EndOfHead);
    const auto length = answer.find(Length);
    if (head == std::string::npos || length == std::string::npos || answer.find(theirs, head) == std::string::npos)
        return answer;
    auto body = answer.substr(head + EndOfHead.size());
    for (std::size_t at = 0; (at = body.find(theirs, at)) != std::string::npos; at += ours.size())
        body.replace(at, theirs.size(), ours);
    const auto first = length + Length.size();
    return answer.substr(0, first) + std::to_string(body.size()) +
           answer.substr(answer.find("\r\n", first), head - answer.find("\r\n", first)) + std::string(EndOfHead) + body;
}

} // namespace

TlsGate::TlsGate(std::uint16_t to, const std::string& name)
    : to_(to),
      name_(name),
      socket_(listen()),
      port_(socket_.address().port()),
      thread_([this] { serve(); })
{
}

TlsGate::~TlsGate()
{
    over_ = true;
    thread_.join();
}

std::vector<std::string> TlsGate::requests() const
{
    const std::lock_guard lock(mutex_);
    return requests_;
}

Poco::Net::SecureServerSocket TlsGate::listen()
{
    testing::makeCertificates(directory_.path(), {"DNS:" + name_});
    for (const auto* secret : {"client.pem", "client.key"})
        std::filesystem::permissions(file(secret), std::filesystem::perms::owner_read);
    Poco::Net::Context::Params parameters;
    parameters.privateKeyFile = file("server.key");
    parameters.certificateFile = file("server.pem");
    parameters.caLocation = file("ca.pem");
    parameters.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, parameters);
    context->enableExtendedCertificateVerification(false); // A client has no name.
    return {Poco::Net::SocketAddress("127.0.0.1", 0), 16, context};
}

void TlsGate::serve()
{
    constexpr long Tick = 20'000; // microseconds between two looks at over_
    while (!over_) try {
            if (socket_.poll(Poco::Timespan(Tick), Poco::Net::Socket::SELECT_READ)) answer(socket_.acceptConnection());
        } catch (const Poco::Exception&) { // NOLINT(bugprone-empty-catch): the client's affair, which it will tell
        }
}

void TlsGate::answer(Poco::Net::StreamSocket client)
{
    client.setReceiveTimeout(Poco::Timespan(10, 0));
    std::string request;
    std::array<char, 4096> block{};
    while (!isWhole(request)) {
        const int length = client.receiveBytes(block.data(), static_cast<int>(block.size()));
        if (length <= 0) return;
        request.append(block.data(), static_cast<std::size_t>(length));
    }
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
    }
    const auto said = readdressed(passedOn(request, to_), "http://" + name_ + ':' + std::to_string(port_), url());
    for (std::size_t at = 0; at < said.size();)
        at += static_cast<std::size_t>(client.sendBytes(&said[at], static_cast<int>(said.size() - at)));
    client.shutdown();
}

} // namespace baton::system
