// An Omaha server as CoreUpdate and Nebraska are: XML 3.0, one app.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/source/Source.h"
#include "client/transport/Transport.h"

#include <string>

namespace baton::source {

/// What we are to the server.
struct Identity {
    std::string server; ///< the endpoint; one without a path gets /v1/update/
    std::string appId;
    std::string track;
    std::string machineId; ///< 32 hex digits of our own making
    std::string bootId;    ///< 36 characters; may be empty
};

class OmahaSource : public Source {
public:
    OmahaSource(Identity identity, transport::Transport& transport);

    Checked check(const Question& question) override;
    Result<Done> send(const Event& event) override;

private:
    Identity identity_;
    transport::Transport& transport_;
};

} // namespace baton::source
