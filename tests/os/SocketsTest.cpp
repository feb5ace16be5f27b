#include "client/os/Sockets.h"

#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace baton::os {
namespace {

namespace fs = std::filesystem;

std::string reasonFor(std::string_view text)
{
    try {
        parseListenAddress(text);
        return "";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

TEST(ListenAddress, IsReadInEachForm)
{
    EXPECT_EQ(parseListenAddress("web=127.0.0.1:8000"),
              (ListenAddress{"web", ListenKind::Tcp, {"127.0.0.1", 8000}, ""}));
    EXPECT_EQ(parseListenAddress("web=[::1]:0"), (ListenAddress{"web", ListenKind::Tcp, {"::1", 0}, ""}));
    EXPECT_EQ(parseListenAddress("dns=udp:127.0.0.1:53"),
              (ListenAddress{"dns", ListenKind::Udp, {"127.0.0.1", 53}, ""}));
    EXPECT_EQ(parseListenAddress("x=unix:/run/x"), (ListenAddress{"x", ListenKind::Unix, {}, "/run/x"}));
    for (const auto* text : {"127.0.0.1:8000", "[::1]:0", "udp:127.0.0.1:53", "unix:/run/x"})
        EXPECT_EQ(print(parseListenAddress(std::string("n=") + text)), text);
}

TEST(ListenAddress, IsRefusedWhenItIsNone)
{
    for (const std::string text :
         {"", "web", "web=", "=127.0.0.1:1", "a:b=127.0.0.1:1", "web=127.0.0.1", "web=127.0.0.1:65536",
          "web=127.0.0.1:-1", "web=unix:relative", "web=unix:", "w\nb=127.0.0.1:1"})
        EXPECT_NE(reasonFor(text), "") << text;
    EXPECT_NE(reasonFor("web=unix:/" + std::string(107, 'x')), "");
    EXPECT_EQ(reasonFor("web=unix:/" + std::string(106, 'x')), "");
    EXPECT_NE(reasonFor(std::string(256, 'n') + "=127.0.0.1:1"), "");
}

TEST(Sockets, ListenWhereTheyAreToldAndSayWhere)
{
    const auto address = parseListenAddress("web=127.0.0.1:0");
    const auto socket = listenOn(address);
    const auto bound = boundAddress(socket.get());

    EXPECT_EQ(bound.rfind("127.0.0.1:", 0), 0U) << bound;
    EXPECT_TRUE(isBoundTo(socket.get(), address));
    EXPECT_TRUE(isBoundTo(socket.get(), parseListenAddress("other=" + bound)));
    EXPECT_FALSE(isBoundTo(socket.get(), parseListenAddress("web=127.0.0.2:0")));
    EXPECT_FALSE(isBoundTo(socket.get(), parseListenAddress("web=udp:" + bound)));
    EXPECT_NE(::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(::fcntl(socket.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(Sockets, AreNotSharedByTwoListeners)
{
    const auto first = listenOn(parseListenAddress("web=127.0.0.1:0"));
    try {
        listenOn(parseListenAddress("web=" + boundAddress(first.get())));
        ADD_FAILURE() << "two listen at one address";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EADDRINUSE);
        EXPECT_NE(std::string(error.what()).find(boundAddress(first.get())), std::string::npos);
    }
}

TEST(Sockets, ReplaceAUnixPathOfTheDeadAndRespectTheLiving)
{
    const testing::TemporaryDirectory directory;
    const auto address = parseListenAddress("x=unix:" + (directory.path() / "x").string());
    {
        const auto dead = listenOn(address);
    }
    ASSERT_TRUE(fs::exists(directory.path() / "x"));
    const auto living = listenOn(address);
    EXPECT_TRUE(isBoundTo(living.get(), address));
    EXPECT_THROW(listenOn(address), std::system_error);

    std::ofstream(directory.path() / "file") << "precious";
    EXPECT_THROW(listenOn(parseListenAddress("x=unix:" + (directory.path() / "file").string())), std::system_error);
    EXPECT_TRUE(fs::is_regular_file(directory.path() / "file"));
}

TEST(Sockets, OfTheControlAreTheOwnersFromTheirFirstMoment)
{
    const testing::TemporaryDirectory directory;
    const auto listener = listenUnix(directory.path() / "control.sock");
    EXPECT_EQ(fs::status(directory.path() / "control.sock").permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_TRUE(connectUnix(directory.path() / "control.sock"));
    EXPECT_THROW(connectUnix(directory.path() / "none"), std::system_error);
    EXPECT_THROW(listenUnix(directory.path() / std::string(120, 'x')), std::invalid_argument);
}

TEST(Sockets, SendANotificationToAPathOrAnAbstractName)
{
    const testing::TemporaryDirectory directory;
    const auto path = directory.path() / "notify";
    const auto receiver = receiveUnix(path);
    std::array<char, 64> text{};

    EXPECT_TRUE(notify(path.string(), "READY=1"));
    ASSERT_EQ(::recv(receiver.get(), text.data(), text.size(), MSG_DONTWAIT), 7);
    EXPECT_EQ(std::string(text.data(), 7), "READY=1");
    EXPECT_FALSE(notify((directory.path() / "none").string(), "READY=1"));
    EXPECT_FALSE(notify("relative", "READY=1"));
    EXPECT_FALSE(notify("", "READY=1"));
}

} // namespace
} // namespace baton::os
