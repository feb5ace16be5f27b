#include "client/os/Files.h"
#include "tests/transport/Collector.h"
#include "tests/transport/TlsServer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::transport;
using baton::testing::Collector;
using baton::testing::pinByCommand;
using baton::testing::TlsServer;
using baton::testing::Wish;
using ::testing::AnyOf;
using ::testing::HasSubstr;

namespace {

const Wish Here{"IP:127.0.0.1"};
const Pin Wrong{};

std::string faultOf(const TransportSettings& settings, const Url& url)
{
    const auto reply = PocoTransport(settings).post(url, {}, "q");
    return reply ? "" : reply.error().detail;
}

Pin pinOfFile(const std::filesystem::path& certificate) { return parsePin(pinByCommand(certificate)).value(); }

/// Both believe each other's authority.
std::filesystem::path bothAuthorities(const TlsServer& one, const TlsServer& other)
{
    const auto file = one.file("both.pem");
    os::writeDurably(file, os::readWhole(one.file("ca.pem")).value() + os::readWhole(other.file("ca.pem")).value());
    return file;
}

} // namespace

TEST(Pinned, AServerIsBelievedByItsOwnKeyOrThatOfItsAuthority)
{
    const TlsServer server(Here);
    for (const auto* certificate : {"server.pem", "ca.pem"}) {
        auto settings = server.settings();
        settings.tls.pins = {Wrong, pinOfFile(server.file(certificate))};
        EXPECT_EQ(faultOf(settings, server.url()), "") << certificate;
    }
}

TEST(Pinned, AServerOfAnotherKeyIsRefusedBeforeItIsAsked)
{
    int asked = 0;
    const TlsServer server(Here, [&](auto&, auto& response) {
        ++asked;
        response.sendBuffer("hello", 5);
    });
    auto settings = server.settings();
    settings.tls.pins = {Wrong, pinOfFile(server.file("client.pem"))};

    EXPECT_THAT(faultOf(settings, server.url()), HasSubstr("--pin-sha256"));
    EXPECT_EQ(asked, 0);
}

TEST(Pinned, APinReplacesNoOtherCheck)
{
    const TlsServer server({"IP:127.0.0.2"});
    auto settings = server.settings();
    settings.tls.pins = {pinOfFile(server.file("server.pem"))};

    EXPECT_THAT(faultOf(settings, server.url()), HasSubstr("IP address mismatch"));
}

TEST(Pinned, APostIsHeldToThePinsWhereverItIsSent)
{
    const TlsServer stranger(Here);
    const TlsServer server(Here, [&](auto&, auto& response) {
        response.setStatus("307");
        response.set("Location", print(stranger.url()));
        response.sendBuffer("", 0);
    });
    auto settings = server.settings();
    settings.tls.caFile = bothAuthorities(server, stranger);
    EXPECT_EQ(faultOf(settings, server.url()), "");
    settings.tls.pins = {pinOfFile(server.file("server.pem"))};

    EXPECT_THAT(faultOf(settings, server.url()), HasSubstr("--pin-sha256"));
}

TEST(Pinned, ADownloadFromAnotherHostIsNotHeldToThem)
{
    const TlsServer packages(Here);
    auto settings = packages.settings();
    settings.tls.pins = {Wrong};
    settings.server = parseUrl("https://updates.example.org/").value();
    Collector collector;
    EXPECT_TRUE(PocoTransport(settings).get(packages.url(), {}, collector));

    settings.server = parseUrl("https://127.0.0.1/").value(); // The same host, at another port.
    EXPECT_FALSE(PocoTransport(settings).get(packages.url(), {}, collector));
}

TEST(ClientCertificate, IsShownToTheServerThatDemandsIt)
{
    const TlsServer server(Here, {}, TlsServer::Clients::WithCertificate);
    auto settings = server.settings();
    // Its alert may be lost where it closes before it has read our request.
    EXPECT_THAT(faultOf(settings, server.url()),
                AnyOf(HasSubstr("--client-cert"), HasSubstr("reset"), HasSubstr("ended")));
    settings.tls.certificate = server.file("client.pem");
    settings.tls.key = server.file("client.key");

    EXPECT_EQ(faultOf(settings, server.url()), "");
}

TEST(ClientCertificate, MayStandInOneFileWithItsKey)
{
    const TlsServer server(Here, {}, TlsServer::Clients::WithCertificate);
    auto settings = server.settings();
    settings.tls.certificate = server.file("both.pem");
    os::writeDurably(settings.tls.certificate, os::readWhole(server.file("client.pem")).value() +
                                                   os::readWhole(server.file("client.key")).value());

    EXPECT_EQ(faultOf(settings, server.url()), "");
}

TEST(ClientCertificate, IsShownToNobodyElse)
{
    const TlsServer stranger(Here, {}, TlsServer::Clients::WithCertificate);
    auto settings = stranger.settings();
    settings.server = parseUrl("https://127.0.0.1:1/").value(); // Another port: another origin.
    settings.tls.certificate = stranger.file("client.pem");
    settings.tls.key = stranger.file("client.key");

    EXPECT_NE(faultOf(settings, stranger.url()), "");
}

TEST(ClientCertificate, WhoseKeyCannotBeUsedIsNamedBeforeItIsNeeded)
{
    const TlsServer server(Here);
    TlsSettings tls{server.file("ca.pem"), server.file("client.pem"), server.file("client.key"), {}};
    EXPECT_TRUE(check(tls));
    tls.key = server.file("locked.key"); // And nobody is asked for its passphrase.
    EXPECT_THAT(check(tls).error().detail, HasSubstr("without a passphrase"));
    tls.key = server.file("server.key");
    EXPECT_THAT(check(tls).error().detail, HasSubstr("fits the certificate"));
    tls.certificate = server.file("server.key");
    EXPECT_THAT(check(tls).error().detail, HasSubstr("holds no certificate"));
    tls.caFile = server.file("server.key");
    EXPECT_THAT(check(tls).error().detail, HasSubstr("holds no certificates"));
}
