#include "client/assemble/SignatureNeed.h"

#include "client/assemble/UsageError.h"
#include "client/core/Timestamp.h"

namespace baton::assemble {
namespace {

constexpr const char* Option = "require-signature";

void remember(const store::Store& store, const std::optional<store::Trust>& trust)
try {
    auto state = store.loadState().value_or(store::State());
    state.trust = trust;
    store.save(state);
} catch (const std::system_error& error) {
    throw UsageError(std::string(error.what()) + "; Baton must remember that releases are signed",
                     exitcode::InputOutput);
}

} // namespace

void checkSignatures(bool hasKeys, const Values& values)
{
    const auto said = values.text(Option);
    if (said == "yes" && !hasKeys)
        throw UsageError(values.origin(Option) + " yes needs a key to verify with: --public-key FILE");
    if (said == "no" && hasKeys)
        throw UsageError(values.origin(Option) + " no and --public-key contradict each other; leave one of them out");
}

bool needsSignatures(const store::Store& store, bool hasKeys, const Values& values, WallTime now, Log& log)
{
    const auto state = store.loadState();
    const bool wasNeeded = state && state->trust;
    if (hasKeys && !wasNeeded) {
        remember(store, store::Trust{{}, {}, {}, printTimestamp(now)});
        log.info("from now on a release is taken only if it is signed");
    }
    if (!hasKeys && wasNeeded && values.text(Option) == "no") {
        remember(store, std::nullopt);
        log.warning("SIGNATURES ARE GIVEN UP: releases were signed here, and --require-signature no has ended that");
    } else if (!hasKeys && wasNeeded) {
        log.error("releases are signed here, and there is no --public-key any more: nothing is installed until it is "
                  "given again, or --require-signature no");
        return true;
    }
    if (!hasKeys && values.has("server"))
        log.warning(
            "RELEASES ARE NOT SIGNED: without --public-key whoever controls the server, or the way to it, decides "
            "what runs here; baton keygen and baton sign are the way out");
    return hasKeys;
}

} // namespace baton::assemble
