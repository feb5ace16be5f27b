#include "client/stage/Stager.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/DeltaPackage.h"
#include "client/stage/Downloads.h"
#include "client/stage/Payload.h"
#include "client/stage/Refusal.h"
#include "client/stage/Signatures.h"
#include "client/stage/StagingArea.h"

#include <cerrno>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace baton::stage {
namespace {

using store::Verdict;
using store::VerdictKind;

os::UniqueFd openPackage(const store::Store& store, const store::StoredPackage& package)
{
    auto file = openDownload(store, package.sha256, package.name);
    if (!file) throw Refusal(package.name + " is missing: no file downloads/" + package.sha256);
    return *std::move(file);
}

std::vector<store::StoredPackage> packagesOf(const store::Attempt& attempt)
{
    std::vector<store::StoredPackage> packages;
    for (const auto& offered : attempt.packages)
        packages.push_back({offered.name, offered.sizeBytes, offered.sha256, offered.app});
    if (packages.front().sha256 != attempt.key.sha256)
        throw Refusal("its first package has another SHA-256 than the release");
    return packages;
}

// A package whose delta is there and that is not: whatever is wrong with the patch says nothing of the release.
void takeDelta(const store::Store& store, const store::AttemptPackage& offered, const store::StoredPackage& package,
               Payloads& payloads, const StagingArea& area)
try {
    const auto patch = openPackage(store, {offered.name, offered.delta->sizeBytes, offered.delta->sha256});
    payloads.make(package,
                  [&](const delta::Sink& sink) { applyDelta(store, offered, patch.get(), area.path(), sink); });
} catch (const Refusal& refusal) {
    throw DeltaUnusable(refusal.what());
}

bool isInTree(const Settings& settings, const std::vector<store::StoredPackage>& packages)
{
    return settings.expected == Expected::Tree && packages.size() == 1;
}

void stageAttempt(const store::Store& store, const store::Attempt& attempt, const Settings& settings,
                  std::vector<std::string> signers, Log& log)
{
    const auto packages = packagesOf(attempt);
    StagingArea area(store, attempt.key);
    Payloads payloads(settings, area.path());
    for (const auto& package : packages) {
        const auto& offered = attempt.packages[static_cast<std::size_t>(&package - packages.data())];
        log.info("staging " + attempt.key.version + ", " + package.name + ", " + std::to_string(package.sizeBytes) +
                 " bytes" + (offered.delta ? " of a delta of " + std::to_string(offered.delta->sizeBytes) : ""));
        if (offered.delta) {
            takeDelta(store, offered, package, payloads, area);
            continue;
        }
        const auto download = openPackage(store, package);
        payloads.take(download.get(), "downloads/" + package.sha256, package);
    }
    auto program = payloads.layOut();
    store::Release release{attempt.key, packages, std::move(program)};
    for (const auto& one : attempt.apps) release.apps.push_back(one.app);
    release.signers = std::move(signers);
    release.canonical = isInTree(settings, packages) && isCanonicalTar(area.path(), packages.front());
    area.seal(release);
}

// What runs was judged when it came.
bool isRunning(const store::Store& store, const store::ReleaseKey& key)
{
    const auto state = store.loadState();
    return state && state->current == key && store.loadRelease(key);
}

// A release is known by its first package; what it was made of beside that never changes under one name.
void demandSamePackages(const store::Release& installed, const store::Attempt& attempt)
{
    if (!isSameMake(installed.packages, packagesOf(attempt)))
        throw std::runtime_error(attempt.key.version +
                                 " is installed here with other packages beside the first; publish it under a new "
                                 "version");
}

Verdict judge(const store::Store& store, const Settings& settings, Log& log, Verdict& verdict)
{
    const auto attempt = store.loadAttempt();
    if (!attempt) return {};
    if (attempt->stage != store::AttemptStage::Downloaded && attempt->stage != store::AttemptStage::Installed)
        return {};
    verdict.key = attempt->key;
    std::vector<std::string> signers;
    if (settings.signing && !isRunning(store, attempt->key)) {
        signers = demandSigned(store, *attempt, *settings.signing, log);
        log.info(attempt->key.version + " is signed by " + signers.front().substr(0, 12) +
                 (signers.size() > 1 ? " and " + std::to_string(signers.size() - 1) + " more" : std::string()));
    }
    if (const auto installed = store.loadRelease(attempt->key)) {
        demandSamePackages(*installed, *attempt);
        log.info(attempt->key.version + " is installed already");
        store.discardStaged(attempt->key);
    } else {
        stageAttempt(store, *attempt, settings, std::move(signers), log);
        log.info("staged " + attempt->key.version);
    }
    verdict.kind = VerdictKind::Staged;
    return verdict;
}

// What a person can do about it; the update is tried again in any case.
std::string hintFor(const std::system_error& error, const store::Store& store)
{
    const int number = error.code().value();
    if (number == ENOSPC || number == EDQUOT) return "; make room for " + store.releases().string();
    if (number == EACCES || number == EPERM || number == EROFS) return "; Baton must own " + store.root().string();
    return {};
}

Verdict bad(VerdictKind kind, const store::ReleaseKey& key, int code, const std::string& reason)
{
    return {kind, key, code, reason};
}

} // namespace

store::Verdict run(const store::Store& store, const Settings& settings, Log& log)
{
    Verdict verdict;
    try {
        return judge(store, settings, log, verdict);
    } catch (const Refusal& refusal) {
        return bad(VerdictKind::Refused, verdict.key, refusal.code(), refusal.what());
    } catch (const DeltaUnusable& unusable) {
        return bad(VerdictKind::Failed, verdict.key, code::DeltaUnusable,
                   std::string("the delta cannot be used, the full package is fetched: ") + unusable.what());
    } catch (const std::system_error& error) {
        return bad(VerdictKind::Failed, verdict.key, code::WriteFailed, error.what() + hintFor(error, store));
    } catch (const std::bad_alloc&) {
        return bad(VerdictKind::Failed, verdict.key, code::Unexplained, "there is not enough memory to stage it");
    } catch (const std::exception& error) {
        return bad(VerdictKind::Failed, verdict.key, code::Unexplained, error.what());
    }
}

} // namespace baton::stage
