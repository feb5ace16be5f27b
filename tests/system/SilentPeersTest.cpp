// `baton check` and peers that let a connection or a TLS handshake begin and never end it: the limits that hold when
// nobody says any. Each test takes as long as its limit. SPDX-License-Identifier: Apache-2.0
#include "client/os/Errors.h"
#include "client/os/UniqueFd.h"
#include "tests/support/Loopback.h"
#include "tests/system/Running.h"
#include "tests/system/Scratch.h"

#include <sys/socket.h>

#include <poll.h>

namespace baton::system {
namespace {

/// A listener on 127.0.0.1 that nobody ever accepts from.
class SilentPeer {
public:
    explicit SilentPeer(int backlog) : listener_(newSocket())
    {
        socklen_t length = sizeof address_;
        os::check(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address_), length), "bind");
        os::check(::listen(listener_.get(), backlog), "listen");
        os::check(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address_), &length), "ask for the port");
    }

    /// From then on the kernel answers no further one: its queue is full.
    ::testing::AssertionResult fill()
    {
        constexpr int Most = 64;
        for (int i = 0; i < Most; ++i) {
            waiting_.push_back(newSocket());
            (void)::connect(waiting_.back().get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
            pollfd connected{waiting_.back().get(), POLLOUT, 0};
            if (::poll(&connected, 1, 500) == 0) return ::testing::AssertionSuccess();
        }
        return ::testing::AssertionFailure() << "the queue takes more than " << Most;
    }

    std::string authority() const { return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }

private:
    static os::UniqueFd newSocket()
    {
        return os::UniqueFd(
            os::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "make a socket"));
    }

    sockaddr_in address_ = testing::loopback();
    os::UniqueFd listener_;
    std::vector<os::UniqueFd> waiting_;
};

struct SilentPeers : ::testing::Test {
    /// What it says, behind its exit code.
    std::string check(const std::string& server) const
    {
        constexpr Patience LongerThanEachLimit{90'000};
        Running check({BATON,
                       {"baton", "check", "--app-id", "io.example.app", "--app-version", "1.0.0", "--state-dir",
                        (scratch / "state").string(), "--server", server}},
                      scratch / "check.log");
        const auto code = check.end(LongerThanEachLimit);
        return std::to_string(code) + ": " + check.said();
    }

    Scratch scratch;
};

TEST_F(SilentPeers, ThatCompleteNoConnectionAreLeft)
{
    SilentPeer peer(0);
    ASSERT_TRUE(peer.fill());

    EXPECT_EQ(check("http://" + peer.authority()), "75: baton: the check failed: post to http://" + peer.authority() +
                                                       "/v1/update/: no connection (" + peer.authority() +
                                                       ": no answer within 5s)\n");
}

TEST_F(SilentPeers, ThatCompleteNoTlsHandshakeAreLeft)
{
    const SilentPeer peer(8);

    EXPECT_EQ(check("https://" + peer.authority()), "75: baton: the check failed: post to https://" + peer.authority() +
                                                        "/v1/update/: no answer within 30s\n");
}

} // namespace
} // namespace baton::system
