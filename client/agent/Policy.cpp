#include "client/agent/Policy.h"

#include "client/core/Text.h"

namespace baton::agent {

store::ReleaseKey keyOf(const source::Offer& offer) { return {offer.version, offer.packages.front().sha256}; }

Decision decide(const source::Offer& offer, const std::string& running, const store::State& state)
{
    if (!source::isNewer(offer.version, running))
        return {Choice::NotNewer, escaped(offer.version) + " is offered, which is not newer than " + running};
    if (offer.packages.size() != 1)
        return {Choice::Unusable, offer.version + " has " + std::to_string(offer.packages.size()) +
                                      " packages; a release is one package: pack it as one archive"};
    const auto& package = offer.packages.front();
    if (!isPlainName(package.name))
        return {Choice::Unusable, "the package's name \"" + escaped(package.name) +
                                      "\" is no plain file name: publish it under letters, digits and ._+~-"};
    if (state.isBlocked(keyOf(offer)))
        return {Choice::Blocked, offer.version + " is offered again, but it failed here and is blocked"};
    return {};
}

} // namespace baton::agent
