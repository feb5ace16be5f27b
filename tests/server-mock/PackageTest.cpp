#include "server-mock/ByteRange.h"
#include "tests/server-mock/Client.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace baton::mock {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;

constexpr const char* Path = "/packages/web/1.1.0/payload";

class Package : public ::testing::Test {
protected:
    Package() { server.publishBytes("web", "1.1.0", "0123456789"); }

    Reply get(const Headers& headers = {}) const { return ask(server, "GET", Path, {}, headers); }

    MockServer server;
};

TEST_F(Package, IsServedWholeWithItsEtag)
{
    const auto reply = get();

    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "0123456789");
    EXPECT_EQ(reply.headers.at("Content-Length"), "10");
    EXPECT_EQ(reply.headers.at("Accept-Ranges"), "bytes");
    EXPECT_EQ(reply.headers.at("ETag"), "\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\"");
    EXPECT_THAT(reply.headers, Contains(Key("Last-Modified")));
}

TEST_F(Package, IsDescribedByHeadWithoutABody)
{
    const auto reply = ask(server, "HEAD", Path, {}, {{"Range", "bytes=2-3"}});

    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.headers.at("Content-Length"), "10");
    EXPECT_EQ(reply.headers.at("ETag"), get().headers.at("ETag"));
    EXPECT_EQ(reply.body, "");
    EXPECT_THAT(sendRaw(server, std::string("HEAD ") + Path + " HTTP/1.1\r\nHost: h\r\n\r\n"),
                ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(Package, IsServedInParts)
{
    struct Row {
        const char* range;
        const char* part;
        const char* contentRange;
    };
    for (const auto& row :
         {Row{"bytes=0-0", "0", "bytes 0-0/10"}, Row{"bytes=4-", "456789", "bytes 4-9/10"},
          Row{"bytes=2-5", "2345", "bytes 2-5/10"}, Row{"bytes=-3", "789", "bytes 7-9/10"},
          Row{"bytes=8-99999999999999999999", "89", "bytes 8-9/10"}, Row{"bytes=-99", "0123456789", "bytes 0-9/10"}}) {
        const auto reply = get({{"Range", row.range}});

        EXPECT_EQ(reply.status, 206) << row.range;
        EXPECT_EQ(reply.body, row.part);
        EXPECT_EQ(reply.headers.at("Content-Range"), row.contentRange);
        EXPECT_EQ(reply.headers.at("Content-Length"), std::to_string(reply.body.size()));
    }
}

TEST_F(Package, RefusesAPartBeyondItsEnd)
{
    for (const auto* range : {"bytes=10-", "bytes=99-100", "bytes=-0", "bytes=99999999999999999999-"}) {
        const auto reply = get({{"Range", range}});

        EXPECT_EQ(reply.status, 416) << range;
        EXPECT_EQ(reply.headers.at("Content-Range"), "bytes */10");
        EXPECT_EQ(reply.body, "");
    }
}

TEST_F(Package, IsServedWholeForARangeThatCannotBeReadOrIsSeveral)
{
    for (const auto* range : {"", "bytes=", "bytes=-", "bytes=5", "bytes=5-2", "bytes=a-b", "bytes=1-2,4-5",
                              "bytes=0x1-", "bytes=+1-", "bytes=1--2", "lines=1-2", "bytes 1-2", "bytes=1-2;x"}) {
        const auto reply = get({{"Range", range}});

        EXPECT_EQ(reply.status, 200) << range;
        EXPECT_EQ(reply.body, "0123456789");
        EXPECT_THAT(reply.headers, Not(Contains(Key("Content-Range"))));
    }
}

TEST_F(Package, IsResumedOnlyWhenItIsStillTheSame)
{
    const auto whole = get();
    const auto etag = whole.headers.at("ETag");
    const auto resume = [&](const std::string& condition) {
        return get({{"Range", "bytes=7-"}, {"If-Range", condition}});
    };

    EXPECT_EQ(resume(etag).body, "789");
    EXPECT_EQ(resume(whole.headers.at("Last-Modified")).body, "789");
    for (const auto& other : {std::string("\"another\""), "W/" + etag, std::string("Thu, 01 Jan 1970 00:00:00 GMT")}) {
        EXPECT_EQ(resume(other).status, 200) << other;
        EXPECT_EQ(resume(other).body, "0123456789");
    }

    server.publishBytes("web", "1.1.0", "abcdefghij");
    EXPECT_EQ(resume(etag).body, "abcdefghij");
}

TEST_F(Package, IsFetchedByGetAndHeadAndOnlyWhereItIs)
{
    const auto reply = ask(server, "POST", Path, "body");
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.headers.at("Allow"), "GET, HEAD");
    for (const auto* path :
         {"/packages/web/1.1.0/other", "/packages/web/1.2.0/payload", "/packages/db/1.1.0/payload",
          "/packages/web/1.1.0/", "/packages/../../etc/passwd", "/packages/web/1.1.0/..%2f..%2fpayload", "/packages"})
        EXPECT_EQ(ask(server, "GET", path).status, 404) << path;
    EXPECT_TRUE(server.withdraw("web", "1.1.0"));
    EXPECT_EQ(get().status, 404);
    EXPECT_FALSE(server.withdraw("web", "1.1.0"));
}

TEST(PackageFile, IsStreamedFromWhereItLies)
{
    const baton::testing::TemporaryDirectory directory;
    const auto file = directory.path() / "web-1.1.0.tar.zst";
    std::string bytes(3'000'001, 'x');
    for (std::size_t i = 0; i < bytes.size(); i += 997) bytes[i] = static_cast<char>(i);
    std::ofstream(file, std::ios::binary) << bytes;
    MockServer server;
    server.publish("web", "1.1.0", file);

    const auto path = packagePath(server, answerTo(server, checkOf("web", "1.0.0")));

    EXPECT_EQ(path, "/packages/web/1.1.0/web-1.1.0.tar.zst");
    EXPECT_TRUE(ask(server, "GET", path).body == bytes);
    EXPECT_TRUE(ask(server, "GET", path, {}, {{"Range", "bytes=1000000-"}}).body == bytes.substr(1'000'000));
}

TEST(PackageFile, IsRefusedWhenItCannotBeOffered)
{
    const baton::testing::TemporaryDirectory directory;
    const auto file = directory.path() / "file";
    std::ofstream(directory.path() / "empty").flush();
    std::ofstream(file) << "hello";
    MockServer server;

    EXPECT_THROW(server.publish("web", "1.1.0", directory.path() / "none"), std::runtime_error);
    EXPECT_THROW(server.publish("web", "1.1.0", directory.path()), std::runtime_error);
    EXPECT_THROW(server.publish("web", "1.1.0", directory.path() / "empty"), std::runtime_error);
    for (const auto* version : {"", "newest", "1.2.3.4.5", "1/2"})
        EXPECT_THROW(server.publish("web", version, file), std::invalid_argument) << version;
    for (const auto* name : {"..", "a/b", ".hidden", "-x", "a b"})
        EXPECT_THROW(server.publish("web", "1.1.0", file, {"", name}), std::invalid_argument) << name;
    for (const auto* appid : {"", "{}", "a\nb", "\xff"})
        EXPECT_THROW(server.publish(appid, "1.1.0", file), std::invalid_argument) << appid;
    EXPECT_EQ(answerTo(server, checkOf("web", "1.0.0")).status, "error-unknownApplication");
}

TEST(ByteRange, NeedsNoPackageToBeRead)
{
    EXPECT_EQ(rangeOf("bytes=2-4", 5), (ByteRange{ByteRange::Kind::Part, 2, 3}));
    EXPECT_EQ(rangeOf("bytes=2-4,", 5), (ByteRange{ByteRange::Kind::Whole, 0, 5}));
    EXPECT_EQ(rangeOf("bytes=5-", 5).kind, ByteRange::Kind::Unsatisfiable);
}

} // namespace
} // namespace baton::mock
