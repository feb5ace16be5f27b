// A client that sends what it is told, byte by byte if need be, and a server for it to talk to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "client/service/GracefulHttpServer.h"

#include <gtest/gtest.h>
#include <openssl/types.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>

namespace baton::service {

/// One connection, blocking, with a time-out of ten seconds.
class RawClient {
public:
    /// `address` as os::boundAddress() prints it; with "tls:" before it the client speaks TLS.
    explicit RawClient(const std::string& address);

    void send(std::string_view text);
    void sayThatNothingFollows(); ///< shuts down its writing side

    /// Sends "GET path" with these fields and reads the answer.
    std::string get(const std::string& path, const std::string& fields = "");

    /// The next answer, head and body, by its Content-Length; what came so far if the server closed.
    std::string answer();

    /// Whether the server has closed its side, cleanly, and nothing else came. Waits for it.
    bool isClosed();

    /// All until the server closes; "reset" at the end if it was not clean.
    std::string rest();

    int fd() const { return socket_.get(); }

private:
    bool receive();

    struct Free {
        void operator()(SSL* ssl) const;
    };

    os::UniqueFd socket_;
    std::unique_ptr<SSL, Free> tls_; // null: in the clear
    std::string inbox_;
    bool reset_ = false;
};

/// A gate that handlers of GET /wait stand at.
class Gate {
public:
    void open();
    void enter();                 ///< a handler, which then waits until it is open
    void awaitEntered(int count); ///< until so many have come

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int entered_ = 0;
    bool open_ = false;
};

/// Answers GET / with "NAME\n", /wait when the gate opens, /big with 8 MiB, /stream without a length, /chunked in
/// chunks, /throw and /half with an exception before and in the middle of an answer, /silent without any; POST /echo
/// with its body, /ignore without reading it; /ws as a WebSocket that echoes one frame.
Poco::Net::HTTPRequestHandlerFactory::Ptr makeHandlers(const std::string& name, Gate* gate = nullptr);

/// A server's context with a certificate made for this process.
Poco::Net::Context::Ptr serverContext();

/// In the clear, or by TLS: what the same test is run with.
enum class Speech { Clear, Tls };
std::string nameOf(const testing::TestParamInfo<Speech>& test);
void PrintTo(Speech speech, std::ostream* out);

/// A listening socket on a free port of the loopback.
Poco::Net::ServerSocket listenSomewhere();
std::string addressOf(const Poco::Net::ServerSocket& socket);

} // namespace baton::service
