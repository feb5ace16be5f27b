// What a publisher says of an offer: the signed statement beside its packages, and newer lists of keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Settings.h"
#include "client/core/Clock.h"
#include "client/core/Log.h"
#include "client/source/Source.h"
#include "client/store/State.h"
#include "client/store/Trust.h"
#include "client/transport/Transport.h"
#include "client/verify/Judge.h"

#include <optional>
#include <string>
#include <vector>

namespace baton::agent {

/// "http://h/web.tar?token=x" → "http://h/web.tar.dsse.json?token=x"
std::string statementUrl(const std::string& packageUrl);

/// "http://h/dir/web.tar?token=x" → "http://h/dir/keys-2.json?token=x"
std::string keyListUrl(const std::string& packageUrl, int version);

/// "http://h/dir/web.tar?token=x" → "http://h/dir/NAME?token=x"
std::string besideUrl(const std::string& packageUrl, const std::string& name);

/// update_engine's "payload timestamp": the newest signed statement ran out; an event's extracode1 is its age in days.
inline constexpr int StatementStale = 51;

/// As it came, and what this process thinks of it. The stager looks at the same papers and decides.
struct Publication {
    store::Papers papers;
    std::string digest;                 ///< of the papers
    std::optional<std::string> refusal; ///< why the stager will refuse it, as far as can be seen from here
};

/// Asks for the papers of an offer.
class Publications {
public:
    /// All must outlive it.
    Publications(const Settings& settings, transport::Transport& transport, const Clock& clock, Log& log)
        : settings_(settings),
          transport_(transport),
          clock_(clock),
          log_(log)
    {
    }

    /// The statement that came with the answer, or else the one beside the first package, from the first address that
    /// has one which is believed; the same of each further app that has an update. A package whose offer has no SHA-256
    /// gets the signed one, and the deltas that are signed are offered, too. Blocks within the transport's limits.
    Publication read(source::Offer& offer, std::vector<source::OtherAnswer>& others, const store::State& state,
                     const store::Release* running) const;

private:
    struct Reading;

    void followKeys(Reading& reading, const source::Offer& offer) const;
    void judge(Reading& reading, source::Offer& offer, const std::string& name, const verify::Offered& known) const;
    std::string statementOf(const Reading& reading, const source::Offer& offer, const verify::Offered& known) const;
    std::optional<std::string> get(const std::string& url) const;
    verify::Terms terms() const;

    const Settings& settings_;
    transport::Transport& transport_;
    const Clock& clock_;
    Log& log_;
};

} // namespace baton::agent
