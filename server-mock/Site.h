// What all the server's request handlers share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Cup.h"
#include "server-mock/Answer.h"
#include "server-mock/Catalogue.h"
#include "server-mock/DeltaShelf.h"
#include "server-mock/Fault.h"
#include "server-mock/Instances.h"
#include "server-mock/Journal.h"
#include "server-mock/Statements.h"

#include <Poco/Event.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace baton::mock {

struct Site {
    std::string origin;
    Sha256In sha256In = Sha256In::PackageAndAction;
    Manners manners = Manners::Strict;
    Offers offers = Offers::Newer;
    std::map<std::string, protocol::CupKey> cupKeys;
    std::function<void(const std::string&)> log;

    std::vector<verify::PrivateKey> signKeys;

    Catalogue catalogue;
    Beside beside;
    DeltaShelf deltas;
    FaultQueue faults;
    Instances instances;
    Journal journal;
    Poco::Event stopping{Poco::Event::EVENT_MANUALRESET}; ///< set once: a late answer waits no longer

    std::filesystem::path uploads; ///< a directory of the server's own
    std::atomic<unsigned> nextUpload{0};
};

} // namespace baton::mock
