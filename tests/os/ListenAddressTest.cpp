#include "client/os/ListenAddress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace baton::os {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
    EXPECT_EQ(parseListenAddress("web=tcp:127.0.0.1:8000"), parseListenAddress("web=127.0.0.1:8000"));
    EXPECT_EQ(parseListenAddress("web=[::1]:0"), (ListenAddress{"web", ListenKind::Tcp, {"::1", 0}, ""}));
    EXPECT_EQ(parseListenAddress("web=tcp6+4:[::]:80"), (ListenAddress{"web", ListenKind::Tcp, {"::", 80}, "", true}));
    EXPECT_EQ(parseListenAddress("dns=udp:127.0.0.1:53"),
              (ListenAddress{"dns", ListenKind::Udp, {"127.0.0.1", 53}, ""}));
    EXPECT_EQ(parseListenAddress("x=unix:/run/x"), (ListenAddress{"x", ListenKind::Unix, {}, "/run/x"}));
    EXPECT_EQ(parseListenAddress("x=unix-seqpacket:/x").kind, ListenKind::UnixSeqpacket);
    EXPECT_EQ(parseListenAddress("x=unix-datagram:/x").kind, ListenKind::UnixDatagram);
}

TEST(ListenAddress, HasAttributes)
{
    const auto group = parseListenAddress("web=127.0.0.1:80,backlog=512,reuseport=4");
    EXPECT_EQ(group.backlog, 512);
    EXPECT_EQ(group.sockets, 4);
    EXPECT_EQ(group.address.port, 80);

    const auto path = parseListenAddress("x=unix:/run/x,mode=0660,owner=www-data,group=33");
    EXPECT_EQ(path.mode, 0660U);
    EXPECT_EQ(path.owner, "www-data");
    EXPECT_EQ(path.group, "33");
    EXPECT_EQ(path.path, "/run/x");
}

TEST(ListenAddress, IsWrittenAsItIsRead)
{
    for (const auto* text : {"127.0.0.1:8000", "[::1]:0", "tcp6+4:[::]:80", "udp:127.0.0.1:53", "udp6+4:[::]:53",
                             "unix:/run/x", "unix-seqpacket:/run/x", "unix-datagram:/run/x",
                             "127.0.0.1:80,backlog=512,reuseport=4", "unix:/run/x,mode=0600,owner=web,group=web"})
        EXPECT_EQ(print(parseListenAddress(std::string("n=") + text)), text);
}

TEST(ListenAddress, IsRefusedWhenItIsNone)
{
    for (const std::string text :
         {"", "web", "web=", "=127.0.0.1:1", "a:b=127.0.0.1:1", "a,b=127.0.0.1:1", "web=127.0.0.1",
          "web=127.0.0.1:65536", "web=127.0.0.1:-1", "web=unix:relative", "web=unix:", "web=unix:/", "w\nb=127.0.0.1:1",
          "web=127.0.0.1:1,", "web=127.0.0.1:1,backlog", "web=127.0.0.1:1,backlog=", "web=unix:/x,mode=-1"})
        EXPECT_NE(reasonFor(text), "") << text;
    EXPECT_NE(reasonFor("web=unix:/" + std::string(107, 'x')), "");
    EXPECT_EQ(reasonFor("web=unix:/" + std::string(106, 'x')), "");
    EXPECT_NE(reasonFor(std::string(256, 'n') + "=127.0.0.1:1"), "");
}

TEST(ListenAddress, SaysWhatIsWrong)
{
    EXPECT_THAT(reasonFor("web=tcp6+4:[::1]:80"), HasSubstr("needs [::] after 6+4:"));
    EXPECT_THAT(reasonFor("web=127.0.0.1:80,backlogs=5"), HasSubstr("none of backlog=, reuseport=, mode="));
    EXPECT_THAT(reasonFor("web=127.0.0.1:80,backlog=0"), HasSubstr("backlog is a number from 1"));
    EXPECT_THAT(reasonFor("web=127.0.0.1:80,backlog=5,backlog=6"), HasSubstr("has backlog twice"));
    EXPECT_THAT(reasonFor("web=127.0.0.1:80,reuseport=1"), HasSubstr("from 2 to 256"));
    EXPECT_THAT(reasonFor("web=127.0.0.1:80,mode=0600"), HasSubstr("mode is for a unix path"));
    EXPECT_THAT(reasonFor("dns=udp:127.0.0.1:80,backlog=5"), HasSubstr("for what accepts connections"));
    EXPECT_THAT(reasonFor("x=unix:/x,reuseport=2"), HasSubstr("reuseport is for tcp and udp"));
    EXPECT_THAT(reasonFor("x=unix:/x,mode=0888"), HasSubstr("mode is octal"));
    EXPECT_THAT(reasonFor("x=unix:/x,mode=1777"), HasSubstr("mode is octal"));
    EXPECT_THAT(reasonFor("mode=unix:/x"), HasSubstr("the name of an attribute"));
}

TEST(ListenAddress, ListKeepsAttributesWithTheirListener)
{
    EXPECT_THAT(splitListeners("web=127.0.0.1:80,backlog=5, admin=unix:/x , mode=0600,dns=udp:127.0.0.1:53"),
                ElementsAre("web=127.0.0.1:80,backlog=5", "admin=unix:/x,mode=0600", "dns=udp:127.0.0.1:53"));
    EXPECT_THAT(splitListeners("backlog=5"), ElementsAre("backlog=5")); // To be refused as what it is.
}

} // namespace
} // namespace baton::os
