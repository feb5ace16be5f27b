// The packages' bytes: copied to where only we can write, then laid out as one release.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Rebuild.h"
#include "client/os/UniqueFd.h"
#include "client/stage/EntryRules.h"
#include "client/stage/PayloadForm.h"
#include "client/stage/Settings.h"
#include "client/store/Release.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace baton::stage {

/// The packages of one release, each copied into the staging directory and from then on known by the copy's descriptor:
/// whoever wrote the original cannot change it any more.
class Payloads {
public:
    /// `settings` must outlive it.
    Payloads(const Settings& settings, std::filesystem::path stagingDirectory);

    /// Copies what is read from `from` on, hashing as it goes.
    /// @throws Refusal with the protocol's code if it is not what was promised.
    void take(int from, const std::string& fromName, const store::StoredPackage& promised);

    /// The same of what `make` hands to the sink that it is given.
    void make(const store::StoredPackage& promised, const std::function<void(const delta::Sink&)>& make);

    /// Makes the release of what was taken. Tree: every archive is unpacked into the one directory and every other
    /// package stands in it as a file of its name; two that want the same path are refused. Program: the first package
    /// is the one executable, every other stands beside it as a file of its name. What belongs to one more
    /// app stands, either way, as a file in that app's directory. Returns the name of the one executable; empty for a
    /// tree.
    std::string layOut();

private:
    struct Copy {
        store::StoredPackage package;
        os::UniqueFd file;
        std::string path; ///< in the staging directory, until it has its place
        PayloadForm form;
    };

    void each(const std::function<void(Copy&)>& action);
    std::string layOutTree();
    std::string layOutProgram();
    bool isUnpacked(const Copy& copy) const;
    void keepAs(const Copy& copy, const std::string& name);
    void discard(const Copy& copy) const;

    const Settings& settings_;
    std::filesystem::path directory_;
    EntryRules rules_;
    std::vector<Copy> copies_;
};

} // namespace baton::stage
