#include "client/agent/Policy.h"

#include "client/core/Text.h"
#include "client/store/Base.h"

#include <algorithm>
#include <map>
#include <set>

namespace baton::agent {
namespace {

constexpr std::size_t MostPackages = 64;
constexpr std::int64_t MostBytes = std::int64_t{1} << 53U;

std::vector<store::StoredPackage> storedOf(const std::vector<store::AttemptPackage>& packages)
{
    std::vector<store::StoredPackage> stored;
    for (const auto& package : packages)
        stored.push_back({package.name, package.sizeBytes, package.sha256, package.app});
    return stored;
}

// Empty when they can be one release.
std::string faultOf(const std::vector<store::AttemptPackage>& packages)
{
    if (packages.size() > MostPackages)
        return "it has " + std::to_string(packages.size()) + " packages; at most " + std::to_string(MostPackages) +
               " are taken: pack them as one archive";
    std::int64_t room = MostBytes;
    std::set<std::pair<std::string, std::string>> names;
    std::map<std::string, std::int64_t> sizes;
    for (const auto& package : packages) {
        if (!isPlainName(package.name))
            return "the package's name \"" + escaped(package.name) +
                   "\" is no plain file name: publish it under letters, digits and ._+~-";
        if (package.sizeBytes < 1) return "its package " + package.name + " has no size: publish it with one";
        if (package.sizeBytes > room) return "nobody has room for its packages";
        room -= package.sizeBytes;
        if (!names.insert({package.app, package.name}).second) return "two of its packages are named " + package.name;
        if (sizes.try_emplace(package.sha256, package.sizeBytes).first->second != package.sizeBytes)
            return "two of its packages have one SHA-256 and different sizes";
    }
    return {};
}

constexpr const char* NeverHad = "0.0.0"; // The version that Omaha's clients say so with.

const store::StoredApp* appOf(const store::Release* release, const OtherApp& other)
{
    if (release == nullptr) return nullptr;
    const auto found = std::find_if(release->apps.begin(), release->apps.end(), [&](const store::StoredApp& one) {
        return one.name == other.name && one.id == other.id;
    });
    return found == release->apps.end() ? nullptr : &*found;
}

const source::Offer* offerOf(const source::OtherAnswer& other)
{
    return other.answer ? std::get_if<source::Offer>(&*other.answer) : nullptr;
}

std::string whyNot(const source::OtherAnswer& other)
{
    if (!other.answer) return other.answer.error().detail;
    if (const auto* refused = std::get_if<source::Refused>(&*other.answer)) return refused->reason.detail;
    if (const auto* unusable = std::get_if<source::Unusable>(&*other.answer)) return unusable->reason.detail;
    return "the server has no release of it";
}

// They have no address: they lie in the running release.
std::vector<store::AttemptPackage> keptOf(const store::Release& running, const std::string& app)
{
    std::vector<store::AttemptPackage> kept;
    for (const auto& package : running.packages)
        if (package.app == app) kept.push_back({package.name, package.sizeBytes, package.sha256, {}, {}});
    return kept;
}

bool isWanted(const source::Offer& offer, const Running& running)
{
    if (source::isNewer(offer.version, running.version)) return true;
    if (source::isNewer(running.version, offer.version)) return running.mayGoBack;
    return running.mayBeSame && keyOf(offer).sha256 != running.sha256;
}

} // namespace

store::ReleaseKey keyOf(const source::Offer& offer) { return {offer.version, offer.packages.front().sha256}; }

std::vector<store::AttemptPackage> neededOf(const source::Offer& offer)
{
    std::vector<store::AttemptPackage> needed;
    for (const auto& package : offer.packages)
        if (package.required || needed.empty())
            needed.push_back({package.name, package.sizeBytes, package.sha256, package.urls, {}});
    return needed;
}

void chooseDeltas(store::Attempt& attempt, const source::Offer& offer, const store::Store& store,
                  const std::set<std::string>& spoilt)
{
    const auto installed = store.installed();
    for (auto& package : attempt.packages) {
        if (!package.app.empty() || store::baseOf(store, installed, package.sha256)) continue;
        for (const auto& offered : offer.packages) {
            if (offered.name != package.name || offered.sha256 != package.sha256) continue;
            for (const auto& delta : offered.deltas) {
                const auto best = package.delta ? package.delta->sizeBytes : package.sizeBytes;
                if (delta.sizeBytes >= best || delta.sizeBytes < 1 || delta.urls.empty()) continue;
                if (!isSha256Hex(delta.from) || !isSha256Hex(delta.sha256) || spoilt.count(delta.sha256) != 0) continue;
                if (store::baseOf(store, installed, delta.from))
                    package.delta = store::AttemptDelta{delta.from, delta.sizeBytes, delta.sha256, delta.urls};
            }
        }
    }
}

std::vector<source::OtherQuestion> questionsFor(const std::vector<OtherApp>& others, const store::Release* running)
{
    std::vector<source::OtherQuestion> questions;
    for (const auto& other : others) {
        const auto* const known = appOf(running, other);
        questions.push_back({other.id, known ? known->version : NeverHad});
    }
    return questions;
}

std::string addOthers(store::Attempt& attempt, const std::vector<OtherApp>& others,
                      const std::vector<source::OtherAnswer>& answers, const store::Release* running)
{
    for (std::size_t i = 0; i < others.size(); ++i) {
        const auto& other = others[i];
        const auto* const known = appOf(running, other);
        const std::string from = known ? known->version : NeverHad;
        const auto* const offer = i < answers.size() ? offerOf(answers[i]) : nullptr;
        const bool isUpdate = offer != nullptr && source::isNewer(offer->version, from);
        if (!isUpdate && !known)
            return "its app " + other.name +
                   " brings nothing: " + (i < answers.size() ? whyNot(answers[i]) : "the server says nothing of it");
        attempt.apps.push_back({{other.name, other.id, isUpdate ? offer->version : from},
                                from,
                                isUpdate ? offer->pipelineId : std::string()});
        for (auto& package : isUpdate ? neededOf(*offer) : keptOf(*running, other.name)) {
            package.app = other.name;
            attempt.packages.push_back(std::move(package));
        }
    }
    return {};
}

Decision decide(const source::Offer& offer, const Running& running, const store::State& state)
{
    if (!isWanted(offer, running))
        return {Choice::NotNewer, escaped(offer.version) + " is offered, which is not newer than " + running.version};
    if (state.isBlocked(keyOf(offer)))
        return {Choice::Blocked, offer.version + " is offered again, but it failed here and is blocked"};
    return {};
}

Decision decide(const source::Offer& offer, const Running& running, const store::State& state,
                const Publication& publication, bool isAskedFor)
{
    const auto lacks = [](const source::OfferedPackage& package) {
        return package.required && (package.sha256.empty() || package.sizeBytes < 1);
    };
    const auto missing = std::find_if(offer.packages.begin(), offer.packages.end(), lacks);
    if (missing != offer.packages.end())
        return {Choice::Unusable,
                escaped(offer.version) + " is offered, but cannot be taken: its package " + escaped(missing->name) +
                    (missing->sha256.empty() ? " has no SHA-256" : " has no size") +
                    ", and no statement that is believed has one" +
                    (publication.refusal ? ": " + *publication.refusal : std::string()),
                missing->sha256.empty() ? code::HashMissing : code::AnswerInvalid};
    const auto decision = decide(offer, running, state);
    const bool isAllowed =
        decision.choice == Choice::NotNewer && offer.version != running.version && !publication.refusal;
    if (decision.choice != Choice::Take && !isAllowed) return decision;
    if (state.isBlocked(keyOf(offer)))
        return {Choice::Blocked, offer.version + " is offered again, but it failed here and is blocked"};
    if (!isAskedFor && state.isRefused(keyOf(offer), publication.digest))
        return {Choice::Blocked, offer.version + " is offered again with the statement that was refused here" +
                                     (publication.refusal ? ": " + *publication.refusal : std::string())};
    return {};
}

Decision decide(const store::Attempt& attempt, const std::vector<store::Release>& installed)
{
    const auto& version = attempt.key.version;
    if (const auto fault = faultOf(attempt.packages); !fault.empty())
        return {Choice::Unusable, version + " cannot be taken: " + fault, code::AnswerInvalid};
    const bool isOther = std::any_of(installed.begin(), installed.end(), [&](const store::Release& release) {
        return release.key == attempt.key && !isSameMake(release.packages, storedOf(attempt.packages));
    });
    if (isOther)
        return {Choice::Unusable,
                version + " is installed here with other packages beside the first; publish what is "
                          "new under a new version",
                code::AnswerInvalid};
    return {};
}

} // namespace baton::agent
