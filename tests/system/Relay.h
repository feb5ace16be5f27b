// What most of these tests need: an update server, a Baton on a state directory of its own, and clients that keep
// asking. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Status.h"
#include "client/store/Store.h"
#include "server-mock/MockServer.h"
#include "tests/system/Running.h"
#include "tests/system/Scratch.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::system {

inline constexpr const char* App = "io.example.app";

/// What a Baton is started with, beside the server and the state directory.
struct RunOptions {
    std::vector<std::string> command; ///< PROGRAM ARGS…
    std::vector<std::string> options{};
    std::vector<std::string> listen{"web=127.0.0.1:0"};
    std::string probation = "100ms"; ///< each half
    std::vector<std::string> environment{};
    std::vector<int> passed{};
    int standardInput = -1;
    int standardOutput = -1;
    int standardError = -1;
    bool atTerminal = false;       ///< standardInput is one: Baton is started as a shell's job in its foreground
    std::string version = "1.0.0"; ///< of the command, for --app-version
    std::string server{};          ///< another one than ours
    std::string drain = "10s";     ///< --drain-timeout
};

/// To HOST:PORT; none where nobody listens.
os::UniqueFd connectTo(const std::string& address);

/// The errno of a connection to the unix socket at that path; 0 where somebody listens.
int errorOfConnecting(const std::string& path);

/// Clients that ask as often as the options of baton-load say, until stop().
class Clients {
public:
    Clients(const Scratch& scratch, const std::string& address, std::vector<std::string> options);

    struct Count {
        std::uint64_t sent = 0;
        std::uint64_t failed = 0;
        std::uint64_t repeated = 0;
        std::map<std::string, std::uint64_t> kinds; ///< of what failed: "refused", "unread", …; all that there are
        std::string report;                         ///< all of it, for a test that fails
    };
    Count stop();

private:
    Running process_;
};

struct Relay : ::testing::Test {
    Relay();
    ~Relay() override; ///< shows the log of a test that failed, and ends all processes

    /// Starts a Baton; without options the same as before.
    void start(const RunOptions& options);
    void start();

    /// What starts a Baton, for those who start it in another way.
    Command commandFor(const RunOptions& options) const;

    /// Starts it once more; its listener may be another one.
    void restart();

    /// The same until its first release serves and the first check is over.
    ::testing::AssertionResult serves(const RunOptions& options, const std::string& version = "1.0.0");

    /// Ends it as a process manager does: its exit code.
    int stop();

    void publish(const std::string& version, const fs::path& payload);

    /// Tells Baton to ask the server now.
    void check() const;

    /// publish(), check(), and wait for that line.
    ::testing::AssertionResult update(const std::string& version, const fs::path& payload, const std::string& says);

    control::Status status() const;
    ::testing::AssertionResult isServing(const std::string& version) const;

    /// What the program on the first listener answers to GET /; empty if nobody does.
    std::string ask() const;

    /// "committed 1.1.0 from 1.0.0" for each line of the history, with " CODE" where there is one.
    std::vector<std::string> history() const;

    /// "13/1 1.1.0" for each event that the server acknowledged, in order, with " from 1.0.0" (previousversion) and
    /// " code 5" where they are said and mean something.
    std::vector<std::string> told() const;

    /// The same, waited for: events are sent when Baton has done its work.
    ::testing::AssertionResult hasTold(const std::vector<std::string>& events) const;

    /// Every file of the state is whole: each document parses, each line of the history, no temporary file is left.
    ::testing::AssertionResult stateIsWhole() const;

    store::Store store() const { return store::Store(state); }

    /// Kills Baton and all that it started, as a machine does that loses its power.
    void loseAll();

    /// Whether that release is the committed one within the usual time, as `baton status` tells it: no log is needed.
    ::testing::AssertionResult comesToServe(const std::string& version) const;

    Scratch scratch;
    fs::path state = scratch / "state";
    std::unique_ptr<mock::MockServer> server = std::make_unique<mock::MockServer>();
    std::optional<Running> baton;
    std::string web; ///< the address of the first listener

private:
    void findListener();

    RunOptions started_;
    int starts_ = 0;
};

} // namespace baton::system
