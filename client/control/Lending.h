// How a process that may not open a file gets it from one that may: the supervisor opens what options name, and lends
// it to the agent. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace baton::control {

/// Answers what has been asked at `socket`, a SOCK_SEQPACKET one: opens a file if it is one of `files`, to be read, and
/// sends it. Never waits. @returns whether anybody can still ask
bool lend(int socket, const std::vector<std::filesystem::path>& files);

/// The other end. May be used by several threads, one after the other.
class Borrower {
public:
    explicit Borrower(os::UniqueFd socket) : socket_(std::move(socket)) {}

    /// The file as it is now, opened to be read.
    /// @throws std::system_error naming the path, as if it had been opened here; ETIMEDOUT when nobody answers
    os::UniqueFd open(const std::filesystem::path& file);

private:
    std::mutex mutex_;
    os::UniqueFd socket_;
};

} // namespace baton::control
