// A service under test as a real process, whose words a test can wait for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Process.h"
#include "client/os/UniqueFd.h"

#include <sys/types.h>

#include <string>
#include <vector>

namespace baton::service {

/// Gets nothing but what it is given; its stdout and stderr are one. Killed with the test.
class ServiceProcess {
public:
    struct Options {
        std::string executable;
        std::vector<std::string> arguments; ///< without argv[0], which is the executable's file name
        std::vector<std::string> environment;
        std::vector<int> listeners; ///< passed as LISTEN_FDS; their variables are the environment's
    };

    explicit ServiceProcess(const Options& options);
    ~ServiceProcess();
    ServiceProcess(const ServiceProcess&) = delete;
    ServiceProcess& operator=(const ServiceProcess&) = delete;

    pid_t pid() const { return child_.pid(); }
    void signal(int number) const { child_.signal(number); }

    /// Waits for it; its exit code as a shell has it, or -1 when it has not ended after twenty seconds.
    int end();

    /// Waits until it, or a process of its, has said that; false if it does not within twenty seconds.
    bool awaitSaid(const std::string& text);

    /// What they said so far.
    const std::string& said();

private:
    static os::SpawnOptions spawnOptions(const Options& options, int output);
    bool read(int patienceMs);

    os::UniqueFd words_;
    os::Child child_;
    std::string said_;
    bool ended_ = false;
    int exitCode_ = -1;
};

} // namespace baton::service
