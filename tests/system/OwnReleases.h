// A Baton that keeps itself up to date, and releases of it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/system/Successor.h"

#include <string>
#include <utility>
#include <vector>

namespace baton::system {

inline constexpr const char* OwnApp = "io.example.baton";

struct OwnReleases : Succeeded {
    ::testing::AssertionResult servesHello(std::vector<std::string> environment = {})
    {
        RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()},
                           {"--self-app-id", OwnApp, "--self-track", "stable", "--probation-alone", "400ms"}};
        options.environment = std::move(environment);
        return serves(options);
    }

    /// An archive with baton and baton-supervisor; with lines, the supervisor is a script that does them first.
    fs::path archive(const std::string& version, const std::string& lines = "") const
    {
        const auto directory = scratch / ("baton-" + version);
        fs::create_directories(directory);
        for (const auto* name : {"baton", "baton-supervisor"}) // No links: tar finds a file changed that gets one more.
            fs::copy_file(fs::path(BATON).parent_path() / name, directory / name);
        if (!lines.empty()) {
            fs::rename(directory / "baton-supervisor", directory / "real");
            const auto script = scratch.write(directory.filename() / "baton-supervisor",
                                              "#!/bin/sh\n" + lines + "\nexec \"$(dirname \"$0\")/real\"\n");
            fs::permissions(script, fs::perms::owner_all);
        }
        return scratch.pack(directory, "baton-" + version + ".tar.zst");
    }
    void offerBaton(const std::string& version, const fs::path& payload)
    {
        server->publish(OwnApp, version, payload, {"stable", payload.filename().string()});
        check();
    }
    store::Store own() const { return store::Store(state / "self"); }
    bool isOwn(const std::string& version) const
    {
        return executable().string().starts_with((own().releases() / version).string());
    }
    /// "committed 9.0.0: " and a reason, where there is one.
    std::vector<std::string> ownHistory() const
    {
        std::vector<std::string> lines;
        for (const auto& line : own().history())
            lines.push_back(std::string(name(line.outcome)) + ' ' + line.key.version + ": " + line.reason);
        return lines;
    }
};

} // namespace baton::system
