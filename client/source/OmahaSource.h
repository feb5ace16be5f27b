// An Omaha server, in whichever form it speaks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/source/OmahaRequest.h"
#include "client/source/Source.h"
#include "client/transport/Transport.h"

namespace baton::source {

class OmahaSource : public Source {
public:
    OmahaSource(Identity identity, transport::Transport& transport);

    Checked check(const Question& question) override;
    Sent send(const Event& event, std::chrono::seconds age) override;

private:
    /// A reply and whether its proof held.
    struct Heard {
        transport::HttpReply reply;
        bool proven = false;
        std::string fault{}; ///< why it did not, where it had to
    };
    Result<Heard> ask(const transport::Url& url, const transport::Headers& headers, const std::string& question);
    Failure unproven(const Heard& heard) const;

    Identity identity_;
    transport::Transport& transport_;
};

} // namespace baton::source
