// Whose releases may run here, which never again, and what runs.
#include "client/core/Timestamp.h"
#include "client/doctor/InstallationChecks.h"

#include <chrono>

namespace baton::doctor {
namespace {

constexpr std::size_t MostNamed = 8;

const store::Trust* trustOf(const InstallationFacts& installation)
{
    const auto& state = installation.store.state;
    return state && state->trust ? &*state->trust : nullptr;
}

std::string since(const store::Trust* trust)
{
    return trust == nullptr || trust->since.empty() ? std::string() : ", since " + trust->since;
}

std::string keysOf(const SignatureFacts& signatures)
{
    return std::to_string(signatures.keys) + (signatures.keys == 1 ? " key" : " keys") +
           (signatures.areBuiltIn ? " built into this program" : "");
}

Findings withoutKeys(const SignatureFacts& signatures, const store::Trust* trust)
{
    constexpr const char* About = "signatures";
    if (trust != nullptr && !signatures.areOptionsKnown)
        return {
            {Grade::Fine, About, "required" + since(trust) + "; which keys the running Baton has was not looked at"}};
    if (trust != nullptr && signatures.isGivenUp)
        return {{Grade::Weak, About,
                 "were required" + since(trust) + ", and the next start gives them up: --require-signature no",
                 "say --public-key FILE instead"}};
    if (trust != nullptr)
        return {{Grade::Broken, About,
                 "required" + since(trust) + ", and there is no key any more: nothing is installed",
                 "say --public-key FILE again, or --require-signature no once"}};
    return {{Grade::Weak, About,
             signatures.areOptionsKnown
                 ? "not required: no key is configured, so digests alone are verified, and whoever controls "
                   "the server, or the way to it, decides what runs here"
                 : "not required so far: no key was ever configured, so digests alone are verified",
             "baton keygen, baton sign, and --public-key FILE: docs/signing.md"}};
}

} // namespace

Findings signatures(const InstallationFacts& installation)
{
    const auto& signatures = installation.signatures;
    const auto* const trust = trustOf(installation);
    if (!signatures.fault.empty())
        return {
            {Grade::Broken, "signatures", signatures.fault, "mend --public-key; baton run refuses to start with it"}};
    if (signatures.keys > 0)
        return {{Grade::Fine, "signatures",
                 "required" + (trust == nullptr ? ", from the next start of baton run on" : since(trust)) + ": " +
                     keysOf(signatures)}};
    if (signatures.areOptionsKnown && !signatures.isUpdated && trust == nullptr)
        return {{Grade::Weak, "server", "no --server was given: nothing is updated, and so nothing verified",
                 "say --server URL"}};
    return withoutKeys(signatures, trust);
}

Findings statement(const InstallationFacts& installation)
{
    constexpr const char* About = "statement";
    const auto* const trust = trustOf(installation);
    if (trust == nullptr) return {};
    const auto issued = parseTimestamp(trust->issued);
    const auto expires = parseTimestamp(trust->expires);
    if (!issued || !expires) return {{Grade::Fine, About, "no signed statement was seen here yet"}};
    const auto days = std::chrono::duration_cast<std::chrono::hours>(installation.now - *issued).count() / 24;
    const auto age = "the newest signed statement is of " + trust->issued + ", " + std::to_string(days) + " days old";
    if (*expires <= installation.now)
        return {{Grade::Broken, About,
                 age + ", and ran out at " + trust->expires +
                     ": nobody signs any more, somebody holds new ones back, or the clock is wrong",
                 "sign anew; look at the clock; then baton update"}};
    return {{Grade::Fine, About, age + "; it holds until " + trust->expires}};
}

Findings blocked(const InstallationFacts& installation)
{
    const auto& state = installation.store.state;
    if (!state) return {};
    if (state->blocked.empty()) return {{Grade::Fine, "blocked", "no release is"}};
    Findings found;
    for (auto at = state->blocked.rbegin(); at != state->blocked.rend(); ++at) { // The newest first.
        if (found.size() == MostNamed) {
            found.push_back({Grade::Weak, "blocked", std::to_string(state->blocked.size() - MostNamed) + " more",
                             "baton status has them all"});
            break;
        }
        found.push_back({Grade::Weak, "blocked",
                         "release " + at->key.version + ", since " + at->time + ": " + at->reason,
                         at->papers.empty() ? "publish what is mended under a new version" : "sign it anew"});
    }
    if (!state->blockedUpTo.empty())
        found.push_back({Grade::Weak, "blocked",
                         "more releases failed here than are remembered one by one: each that is newer than the "
                         "current one, and not "
                         "newer than " +
                             state->blockedUpTo + ", is blocked",
                         "publish what is mended under a version above " + state->blockedUpTo});
    return found;
}

Findings running(const InstallationFacts& installation)
{
    const auto& running = installation.running;
    if (!running.answers)
        return {{Grade::Weak, "Baton", running.why, "start it with baton run, if it is meant to run"}};
    const auto release = running.version.empty() ? std::string("no release") : "release " + running.version;
    const auto what = "it answers: " + release + ", " + running.state;
    if (running.state == "ended")
        return {{Grade::Broken, "Baton", what, "its log says why; baton restart starts it again"}};
    if (running.lastCheckResult.starts_with("failed"))
        return {{Grade::Weak, "Baton", what + "; the last check " + running.lastCheckResult,
                 "baton check with the options of baton run says why"}};
    return {{Grade::Fine, "Baton", what}};
}

} // namespace baton::doctor
