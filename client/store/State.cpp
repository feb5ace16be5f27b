#include "client/store/State.h"

#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/core/Version.h"
#include "client/store/Json.h"

#include <algorithm>

namespace baton::store {
namespace {

constexpr std::array<std::string_view, 3> RoleNames{"serving", "candidate", "draining"};
constexpr std::array<std::string_view, 3> StepNames{"tryOut", "installed", "started"};

Json optionalKey(const std::optional<ReleaseKey>& key) { return key ? toJson(*key) : Json(nullptr); }

std::optional<ReleaseKey> optionalKeyFrom(const Json& document, const char* name)
{
    const auto& value = member(document, name);
    return value.is_null() ? std::nullopt : std::optional(keyFrom(value));
}

Json toJson(const Install& install)
{
    auto document = store::toJson(install.key);
    document["step"] = StepNames.at(static_cast<std::size_t>(install.step));
    document["tries"] = install.tries;
    if (install.isRollback) document["isRollback"] = true;
    if (!install.memory.empty()) document["memory"] = install.memory;
    if (!install.from.empty()) document["from"] = install.from;
    if (!install.bootId.empty()) document["bootId"] = install.bootId;
    return document;
}

Json toJson(const Crashes& crashes)
{
    auto document = store::toJson(crashes.key);
    document["count"] = crashes.count;
    return document;
}

Json toJson(const BlockedRelease& blocked)
{
    auto document = store::toJson(blocked.key);
    document["reason"] = blocked.reason;
    document["time"] = blocked.time;
    if (!blocked.papers.empty()) document["papers"] = blocked.papers;
    return document;
}

Json toJson(const GenerationRecord& generation)
{
    auto document = store::toJson(generation.key);
    document["number"] = generation.number;
    document["role"] = RoleNames.at(static_cast<std::size_t>(generation.role));
    document["pid"] = generation.pid;
    document["startTicks"] = generation.startTicks;
    document["bootId"] = generation.bootId;
    if (generation.cgroup)
        document["cgroup"] = {{"directory", generation.cgroup->directory.string()}, {"id", generation.cgroup->id}};
    return document;
}

// An older version wrote none, and where cgroups are not ours to make there is none.
std::optional<os::KnownCgroup> cgroupFrom(const Json& generation)
{
    const auto found = generation.find("cgroup");
    if (found == generation.end()) return std::nullopt;
    os::KnownCgroup cgroup{text(*found, "directory"), static_cast<std::uint64_t>(number(*found, "id"))};
    if (!cgroup.directory.is_absolute()) throw std::runtime_error("cgroup is no absolute path");
    return cgroup;
}

GenerationRecord generationFrom(const Json& object)
{
    GenerationRecord generation;
    generation.number = smallNumber(object, "number");
    generation.role = enumFrom<GenerationRole>(object, "role", RoleNames);
    generation.key = keyFrom(object);
    generation.pid = smallNumber(object, "pid");
    generation.startTicks = static_cast<std::uint64_t>(number(object, "startTicks"));
    generation.bootId = text(object, "bootId");
    generation.cgroup = cgroupFrom(object);
    // kill(0) and kill(-1) would end Baton or the host's processes.
    if (generation.pid <= 1) throw std::runtime_error("pid is not one of a program");
    return generation;
}

// What an older version did not write.
std::string textOrNone(const Json& object, const char* name)
{
    return object.contains(name) ? text(object, name) : std::string();
}

Install installFrom(const Json& object)
{
    return {keyFrom(object),
            enumFrom<InstallStep>(object, "step", StepNames),
            smallNumber(object, "tries"),
            object.value("isRollback", false),
            textOrNone(object, "memory"),
            textOrNone(object, "from"),
            textOrNone(object, "bootId")};
}

Json toJson(const SetBack& setBack)
{
    auto document = store::toJson(setBack.key);
    document["member"] = setBack.member;
    return document;
}

// An older version wrote none of these four.
std::optional<SetBack> setBackFrom(const Json& document)
{
    const auto found = document.find("setBack");
    if (found == document.end() || found->is_null()) return std::nullopt;
    return SetBack{keyFrom(*found), text(*found, "member")};
}

std::optional<Crashes> crashesFrom(const Json& document)
{
    const auto found = document.find("crashes");
    if (found == document.end() || found->is_null()) return std::nullopt;
    return Crashes{keyFrom(*found), smallNumber(*found, "count")};
}

std::optional<Hold> holdFrom(const Json& document)
{
    const auto found = document.find("hold");
    if (found == document.end() || found->is_null()) return std::nullopt;
    Hold hold{text(*found, "until")};
    if (!hold.until.empty() && !parseTimestamp(hold.until)) throw std::runtime_error("until is no time");
    return hold;
}

std::optional<Trust> trustFrom(const Json& document)
{
    const auto found = document.find("trust");
    if (found == document.end() || found->is_null()) return std::nullopt;
    return Trust{text(*found, "memory"), text(*found, "issued"), text(*found, "expires"), textOrNone(*found, "since")};
}

Json toJson(const Trust& trust)
{
    Json document{{"memory", trust.memory}, {"issued", trust.issued}, {"expires", trust.expires}};
    if (!trust.since.empty()) document["since"] = trust.since;
    return document;
}

std::string approvedFrom(const Json& document)
{
    if (document.find("approved") == document.end()) return {};
    auto version = text(document, "approved");
    if (!version.empty() && !isVersionText(version)) throw std::runtime_error("approved is no version");
    return version;
}

State stateFrom(const Json& document)
try {
    if (const auto format = number(document, "format"); format != State::Format)
        throw std::runtime_error("format " + std::to_string(format) + " is not known to this version");

    State state;
    state.current = optionalKeyFrom(document, "current");
    state.previous = optionalKeyFrom(document, "previous");
    if (const auto& install = member(document, "install"); !install.is_null()) state.install = installFrom(install);
    state.lastGeneration = smallNumber(document, "lastGeneration");
    state.hold = holdFrom(document);
    state.crashes = crashesFrom(document);
    state.setBack = setBackFrom(document);
    state.approved = approvedFrom(document);
    for (const auto& object : member(document, "generations")) state.generations.push_back(generationFrom(object));
    for (const auto& object : member(document, "blocked"))
        state.blocked.push_back({keyFrom(object), store::text(object, "reason"), store::text(object, "time"),
                                 textOrNone(object, "papers")});
    state.blockedUpTo = textOrNone(document, "blockedUpTo");
    if (!state.blockedUpTo.empty() && !Version::parse(state.blockedUpTo))
        throw std::runtime_error("blockedUpTo is no version");
    state.trust = trustFrom(document);
    if (const auto& outcome = member(document, "outcome"); !outcome.is_null())
        state.outcome = parseHistoryLine(outcome.dump());
    return state;
} catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string("state.json is damaged: ") + e.what());
}

bool isListed(const State& state, const ReleaseKey& key)
{
    return std::any_of(state.blocked.begin(), state.blocked.end(),
                       [&](const auto& entry) { return entry.key == key && entry.papers.empty(); });
}

// Neither from what runs nor from what a rollback would leave running: an update never goes there by itself.
bool isOfNoUse(const State& state, const std::string& version)
{
    for (const auto* from : {&state.current, &state.previous})
        if (*from ? isNewer(version, (*from)->version) : from == &state.current && isNewer(version, {})) return false;
    return true;
}

// Makes room for one more.
void forgetOne(State& state)
{
    auto lowest = state.blocked.end();
    for (auto entry = state.blocked.begin(); entry != state.blocked.end(); ++entry) {
        if (!entry->papers.empty()) continue;
        if (isOfNoUse(state, entry->key.version)) {
            state.blocked.erase(entry);
            return;
        }
        if (lowest == state.blocked.end() || isNewer(lowest->key.version, entry->key.version)) lowest = entry;
    }
    if (lowest == state.blocked.end()) return;
    if (isNewer(lowest->key.version, state.blockedUpTo)) state.blockedUpTo = lowest->key.version;
    state.blocked.erase(lowest);
}

} // namespace

bool State::isBlocked(const ReleaseKey& key) const
{
    if (key == current) return isListed(*this, key); // Else a rollback would make it an older one's victim.
    const auto running = current ? current->version : std::string();
    const bool isFolded = !blockedUpTo.empty() && isNewer(key.version, running) && !isNewer(key.version, blockedUpTo);
    return isFolded || isListed(*this, key);
}

bool State::isRefused(const ReleaseKey& key, const std::string& papers) const
{
    return std::any_of(blocked.begin(), blocked.end(), [&](const auto& entry) {
        return entry.key == key && !entry.papers.empty() && entry.papers == papers;
    });
}

// Whoever is on the way can serve papers that are wrong as often as he likes.
void State::block(const BlockedRelease& release)
{
    constexpr auto MostPapers = 64;
    if (isListed(*this, release.key)) return;
    std::erase_if(blocked, [&](const auto& entry) { return entry.key == release.key; });
    const auto hasPapers = [](const auto& entry) { return !entry.papers.empty(); };
    const auto papers = std::count_if(blocked.begin(), blocked.end(), hasPapers);
    if (hasPapers(release) && papers >= MostPapers)
        blocked.erase(std::find_if(blocked.begin(), blocked.end(), hasPapers));
    if (!hasPapers(release) && blocked.size() - static_cast<std::size_t>(papers) >= MostBlocked) forgetOne(*this);
    blocked.push_back(release);
}

std::string print(const State& state)
{
    Json document = {{"format", State::Format}};
    document["current"] = optionalKey(state.current);
    document["previous"] = optionalKey(state.previous);
    document["install"] = state.install ? toJson(*state.install) : Json(nullptr);
    document["lastGeneration"] = state.lastGeneration;
    document["hold"] = state.hold ? Json{{"until", state.hold->until}} : Json(nullptr);
    document["crashes"] = state.crashes ? toJson(*state.crashes) : Json(nullptr);
    if (state.setBack) document["setBack"] = toJson(*state.setBack);
    document["approved"] = state.approved;
    document["generations"] = Json::array();
    for (const auto& generation : state.generations) document["generations"].push_back(toJson(generation));
    document["blocked"] = Json::array();
    for (const auto& blocked : state.blocked) document["blocked"].push_back(toJson(blocked));
    if (!state.blockedUpTo.empty()) document["blockedUpTo"] = state.blockedUpTo;
    document["trust"] = state.trust ? toJson(*state.trust) : Json(nullptr);
    document["outcome"] = state.outcome ? Json::parse(print(*state.outcome)) : Json(nullptr);
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

State parseState(const std::string& text) { return stateFrom(parseObject(text, "state.json")); }

} // namespace baton::store
