#include "tests/transport/TlsServer.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/SecureServerSocket.h>

#include <openssl/ssl.h>

namespace baton::testing {
namespace {

struct Calling : Poco::Net::HTTPRequestHandler {
    explicit Calling(const TlsServer::Handler& given) : handler(given) {}

    void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override
    {
        if (handler) return handler(request, response);
        response.sendBuffer("hello", 5);
    }

    const TlsServer::Handler& handler;
};

struct Callings : Poco::Net::HTTPRequestHandlerFactory {
    explicit Callings(TlsServer::Handler given) : handler(std::move(given)) {}

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
    {
        return new Calling(handler);
    }

    TlsServer::Handler handler;
};

void speakOldTls(SSL_CTX* context)
{
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0"); // Else OpenSSL would not let it speak.
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
}

} // namespace

TlsServer::TlsServer(const Wish& wish, Handler handler, Clients clients, Speaks speaks)
{
    makeCertificates(directory_.path(), wish);
    Poco::Net::Context::Params parameters;
    parameters.privateKeyFile = file("server.key");
    parameters.certificateFile = file("server.pem");
    const bool demands = clients == Clients::WithCertificate;
    parameters.verificationMode = demands ? Poco::Net::Context::VERIFY_STRICT : Poco::Net::Context::VERIFY_NONE;
    if (demands) parameters.caLocation = file("ca.pem");
    Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, parameters);
    context->enableExtendedCertificateVerification(false); // A client has no name.
    if (speaks == Speaks::NothingAboveTls11) speakOldTls(context->sslContext());
    const Poco::Net::SecureServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0), 16, context);
    port_ = socket.address().port();
    server_ = std::make_unique<Poco::Net::HTTPServer>(new Callings(std::move(handler)), socket,
                                                      new Poco::Net::HTTPServerParams);
    server_->start();
}

TlsServer::~TlsServer() { server_->stopAll(true); }

transport::Url TlsServer::url(const std::string& host, const std::string& target) const
{
    return {transport::Scheme::Https, host, port_, target};
}

transport::TransportSettings TlsServer::settings() const
{
    transport::TransportSettings settings;
    settings.server = url();
    settings.tls.caFile = file("ca.pem");
    return settings;
}

Result<transport::HttpReply> TlsServer::ask(const std::string& host, const std::filesystem::path& caFile) const
{
    transport::TransportSettings settings;
    settings.tls.caFile = caFile;
    return transport::PocoTransport(settings).post(url(host), {}, "q");
}

} // namespace baton::testing
