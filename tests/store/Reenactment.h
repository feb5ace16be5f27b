// What Baton's processes do to a state directory, by their own code and in their order, without the processes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Store.h"
#include "client/supervise/Ledger.h"
#include "tests/support/FakeClock.h"
#include "tests/support/KeptLog.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace baton::testing {

/// The whole file; empty if it is not there.
std::string textOf(const std::filesystem::path& file);

/// A release of several files, as it is fetched. Its program is bin/app.
struct Payload {
    explicit Payload(std::string of, const std::string& program = "#!/bin/sh\nexit 0\n");

    bool isWholeIn(const std::filesystem::path& directory) const;

    std::string version;
    std::map<std::string, std::string> files;
    std::string bytes; ///< all of it, as tar
    store::ReleaseKey key;
};

class Reenactment {
public:
    /// `promise` is called when something must hold from there on, whatever is lost.
    explicit Reenactment(
        const std::filesystem::path& root, std::function<void(const std::string&)> promise = [](const std::string&) {})
        : store(root),
          promise_(std::move(promise))
    {
    }

    void start(); ///< as every start does
    void update(const Payload& payload);
    void takeBack(); ///< what is committed

    store::Store store;
    std::optional<supervise::Ledger> ledger;
    std::vector<std::string> damage;
    std::string verdict;
    KeptLog log;

private:
    void fetch(const Payload& payload) const;
    void stageAndInstall(const Payload& payload);
    void handOver(const Payload& payload);
    bool step(const std::string& name, const std::function<void(store::State&)>& change);
    void tidy();

    FakeClock clock_;
    std::function<void(const std::string&)> promise_;
};

/// Temporary files that are nobody's any more.
std::vector<std::string> leftovers(const Reenactment& baton);

} // namespace baton::testing
