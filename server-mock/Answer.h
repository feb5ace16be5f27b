// What an Omaha server answers to a request: no network, no clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Messages.h"
#include "server-mock/Catalogue.h"
#include "server-mock/DeltaShelf.h"
#include "server-mock/Instances.h"

#include <string>

namespace baton::mock {

/// Where the package's SHA-256 stands; the SHA-1 is always said. Nowhere is what Nebraska does with packages that are
/// not Flatcar's.
enum class Sha256In { PackageAndAction, Action, Nowhere };

/// Strict refuses a check while the machine's last update is under way, as Nebraska does; lenient offers it again.
enum class Manners { Lenient, Strict };

/// Newer offers nothing to a machine that runs the newest release or a newer one; any offers the newest to all others.
enum class Offers { Newer, Any };

struct Terms {
    std::string origin; ///< "http://HOST:PORT"; packages are at /packages/APPID/VERSION/NAME below it
    Sha256In sha256In = Sha256In::PackageAndAction;
    Manners manners = Manners::Strict;
    Offers offers = Offers::Newer;
    protocol::DayStart daystart;
    DeltaShelf* deltas = nullptr; ///< null: none are offered
};

/// Each app once, in order; one acknowledgement for each event. Events are followed before the check is answered.
protocol::Response answer(const protocol::Request& request, const Catalogue& catalogue, Instances& instances,
                          const Terms& terms);

} // namespace baton::mock
