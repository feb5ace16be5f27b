// Whether an offer is taken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Publication.h"
#include "client/agent/Settings.h"
#include "client/source/Source.h"
#include "client/store/Attempt.h"
#include "client/store/State.h"
#include "client/store/Store.h"

#include <set>
#include <string>
#include <vector>

namespace baton::agent {

enum class Choice {
    Take,
    NotNewer, ///< older than or equal to what runs
    Blocked,  ///< it was refused or taken back on this machine
    Unusable  ///< it is not of a kind that we can install
};

struct Decision {
    Choice choice = Choice::Take;
    std::string why; ///< a sentence for people; empty for Take
    int code = 0;    ///< for Unusable: what the server hears, one of baton::code
};

/// What an offer is held against.
struct Running {
    std::string version;
    std::string sha256{};   ///< of its first package; empty where nobody knows it
    bool mayGoBack = false; ///< the operator has asked for rollbacks: an older one is wanted too
    bool mayBeSame = false; ///< and for the same version again: other bytes under it are wanted too
};

/// A release is known by its version and the digest of its first package.
store::ReleaseKey keyOf(const source::Offer& offer);

/// What a release is made of: the first package, and the others that are required.
std::vector<store::AttemptPackage> neededOf(const source::Offer& offer);

/// Takes for each package the smallest delta that is smaller than the package, may start from what is installed, and is
/// not among the `spoilt` ones; none where the package's very bytes lie here.
void chooseDeltas(store::Attempt& attempt, const source::Offer& offer, const store::Store& store,
                  const std::set<std::string>& spoilt);

/// What is asked of the other apps: the versions that the running release has of them, or 0.0.0.
std::vector<source::OtherQuestion> questionsFor(const std::vector<OtherApp>& others, const store::Release* running);

/// Adds to the attempt what each other app brings to the release: its update, or else what the running release has of
/// it. Empty, or why one brings nothing.
std::string addOthers(store::Attempt& attempt, const std::vector<OtherApp>& others,
                      const std::vector<source::OtherAnswer>& answers, const store::Release* running);

/// Whether the offer is wanted at all. Older or equal is no update unless it was asked for.
Decision decide(const source::Offer& offer, const Running& running, const store::State& state);

/// The same where releases are signed: an older one may be wanted because its publisher says so, and one that was
/// refused with other papers than these may be right now. A person who asks has it tried again.
Decision decide(const source::Offer& offer, const Running& running, const store::State& state,
                const Publication& publication, bool isAskedFor);

/// Whether these packages can be one release. `installed`: the releases that lie in the store.
Decision decide(const store::Attempt& attempt, const std::vector<store::Release>& installed);

} // namespace baton::agent
