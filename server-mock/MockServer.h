// An Omaha server for a laptop or a test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Algorithm.h"
#include "client/verify/PrivateKey.h"
#include "protocol/Cup.h"
#include "server-mock/Answer.h"
#include "server-mock/Fault.h"
#include "server-mock/Journal.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::mock {

class MockServer;

struct MockServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0; ///< 0: one that is free
    Sha256In sha256In = Sha256In::PackageAndAction;
    Manners manners = Manners::Strict;
    Offers offers = Offers::Newer;
    /// Answers to a check that names one of them are signed by it, by id; one that names another is refused.
    std::map<std::string, protocol::CupKey> cupKeys = {};
    /// Each release has a statement beside its first package that these have signed; none: no statement.
    std::vector<verify::PrivateKey> signKeys = {};
    std::optional<delta::Algorithm> deltas = {}; ///< offered to whoever says what it has, where both are published
    std::function<void(const std::string& line)> log =
        {};                                        ///< one line a request; called by many threads, never two at once
    std::function<void(MockServer&)> opening = {}; ///< called when the address is had and nothing is answered yet
};

struct Label {
    std::string track;    ///< empty: offered to every track
    std::string name;     ///< of the package; empty: the file's own, or "payload"
    bool required = true; ///< says nothing of a first package
};

/// Answers from its construction to its end, in threads of its own: Omaha at /v1/update/ and /update, the packages with
/// HEAD and Range, the steering at /mock/. A request can be answered before the caller hears of it, never the other
/// way: what was answered stands in requests(). Every function may be called from any thread.
class MockServer {
public:
    /// @throws Poco::Exception if the address cannot be had, and what `opening` throws
    explicit MockServer(MockServerOptions options = {});
    ~MockServer();
    MockServer(const MockServer&) = delete;
    MockServer& operator=(const MockServer&) = delete;

    std::string url() const; ///< "http://127.0.0.1:PORT", the whole address that a client needs
    std::uint16_t port() const;

    /// Offers the file, which stays where it is and must not change, in place of what was this app's version and track.
    /// @throws std::invalid_argument for words that cannot be offered, std::runtime_error for a file that cannot
    void publish(const std::string& appid, const std::string& version, const std::filesystem::path& file,
                 const Label& label = {});
    void publishBytes(const std::string& appid, const std::string& version, std::string_view bytes,
                      const Label& label = {});

    /// Offers one more package with what was published.
    /// @throws std::invalid_argument if that was not, std::runtime_error
    void add(const std::string& appid, const std::string& version, const std::filesystem::path& file,
             const Label& label = {});

    /// Serves these bytes under that name beside the packages of a version, a statement of somebody else's making for
    /// example.
    void putBeside(const std::string& appid, const std::string& version, const std::string& name, std::string bytes);

    /// False if it was not there.
    bool withdraw(const std::string& appid, const std::string& version, const std::string& track = {});

    std::vector<Asked> requests() const;
    std::vector<protocol::Event> events(const std::string& machineid) const;

    /// @throws std::invalid_argument
    void fail(const Fault& fault);
    void heal();

    /// Cuts what is being answered. The address is free afterwards.
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace baton::mock
