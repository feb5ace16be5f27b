// A store with a finished download in it, as the agent leaves it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stage/Stager.h"
#include "client/verify/Sha256.h"
#include "tests/stage/Scratch.h"

#include <string>

namespace baton::stage {

struct StagedStore {
    explicit StagedStore(const std::filesystem::path& root) : store(root) { store.create(); }

    /// Puts the bytes and an attempt for them into downloads/.
    store::ReleaseKey offer(const std::string& bytes, const std::string& name = "app-2.0.bin")
    {
        store::Attempt attempt;
        attempt.key = {"2.0.0", verify::sha256Of(bytes)};
        attempt.from = "1.0.0";
        attempt.stage = store::AttemptStage::Downloaded;
        attempt.packages = {{name, static_cast<std::int64_t>(bytes.size()), attempt.key.sha256, {"http://x/"}, ""}};
        attempt.sessionId = "s";
        store.save(attempt);
        os::writeDurably(download(attempt.key), bytes);
        return attempt.key;
    }

    /// Adds a package to the attempt.
    void add(const std::string& bytes, const std::string& name, const std::string& app = {}) const
    {
        auto attempt = store.loadAttempt().value();
        const auto sha256 = verify::sha256Of(bytes);
        attempt.packages.push_back({name, static_cast<std::int64_t>(bytes.size()), sha256, {"http://x/"}, "", {}, app});
        store.save(attempt);
        os::writeDurably(store.downloads() / sha256, bytes);
    }

    std::filesystem::path download(const store::ReleaseKey& key) const { return store.downloads() / key.sha256; }

    store::Verdict run(Expected expected)
    {
        KeptLog log;
        return stage::run(store, {expected, "app", {}}, log);
    }

    /// Whether releases/ holds nothing that is not a release.
    bool isClean() const
    {
        for (const auto& entry : std::filesystem::directory_iterator(store.releases()))
            if (entry.path().filename().string().starts_with('.')) return false;
        return true;
    }

    store::Store store;
};

} // namespace baton::stage
