#include "client/agent/Publication.h"

#include "client/core/Text.h"
#include "client/verify/Envelope.h"
#include "client/verify/Sha256.h"

#include <algorithm>
#include <stdexcept>

namespace baton::agent {
namespace {

constexpr int MostLists = 16; // At a time; the next check goes on.

// A body of at most 64 KiB, of an answer that is a plain yes.
class IntoText : public transport::Receiver {
public:
    Result<std::int64_t> begin(const transport::HttpHead& head) override
    {
        if (head.status != 200) return bad("HTTP status " + std::to_string(head.status));
        if (head.length.value_or(0) > static_cast<std::int64_t>(verify::LongestEnvelope))
            return bad("it is longer than 64 KiB");
        return static_cast<std::int64_t>(verify::LongestEnvelope);
    }
    Result<Done> take(std::string_view bytes) override
    {
        text.append(bytes);
        return text.size() <= verify::LongestEnvelope ? Result<Done>(Done{}) : bad("it is longer than 64 KiB");
    }
    std::string text;

private:
    static Failure bad(const std::string& why) { return {Category::Download, code::Transfer, why}; }
};

std::size_t queryOf(const std::string& url) { return std::min(url.find_first_of("?#"), url.size()); }

std::vector<verify::SignedPackage> packagesOf(const source::Offer& offer)
{
    std::vector<verify::SignedPackage> packages;
    for (const auto& package : offer.packages)
        if (package.required || packages.empty()) packages.push_back({package.name, package.sizeBytes, package.sha256});
    return packages;
}

// They make the first package, and lie beside it; so any server offers deltas, also one that has never heard of them.
void offerDeltas(source::OfferedPackage& package, const verify::Statement& statement)
{
    for (const auto& promised : statement.deltas) {
        if (!source::isDeltaAlgorithm(promised.algorithm)) continue;
        source::OfferedDelta delta{promised.from, promised.sizeBytes, promised.sha256, {}};
        for (const auto& url : package.urls) delta.urls.push_back(besideUrl(url, promised.name));
        package.deltas.push_back(std::move(delta));
    }
}

// What the offer does not say, or says by a SHA-1, the statement says. What it names is part of the release.
void complete(source::Offer& offer, const verify::Statement& statement)
{
    for (auto& package : offer.packages)
        for (const auto& promised : statement.packages) {
            if (promised.name != package.name) continue;
            if (package.sha256.empty()) package.sha256 = promised.sha256;
            if (package.sizeBytes < 1) package.sizeBytes = promised.sizeBytes;
            package.required = package.required || !package.urls.empty();
        }
    offerDeltas(offer.packages.front(), statement);
}

} // namespace

std::string statementUrl(const std::string& packageUrl)
{
    auto url = packageUrl;
    return url.insert(queryOf(url), ".dsse.json");
}

std::string keyListUrl(const std::string& packageUrl, int version)
{
    return besideUrl(packageUrl, "keys-" + std::to_string(version) + ".json");
}

std::string besideUrl(const std::string& packageUrl, const std::string& name)
{
    const auto query = queryOf(packageUrl);
    const auto directory = packageUrl.rfind('/', query);
    return packageUrl.substr(0, directory + 1) + name + packageUrl.substr(query);
}

struct Publications::Reading {
    Publication publication{};
    verify::Memory memory{};
};

verify::Terms Publications::terms() const
{
    return {settings_.keys, settings_.track, verify::thisPlatform(), clock_.wall(), source::isNewer};
}

Publication Publications::read(source::Offer& offer, std::vector<source::OtherAnswer>& others,
                               const store::State& state, const store::Release* running) const
{
    Reading reading;
    if (state.trust && !state.trust->memory.empty()) reading.memory = verify::parseMemory(state.trust->memory);
    followKeys(reading, offer);
    judge(reading, offer, "",
          {settings_.appId, offer.version, {}, state.current ? state.current->version : settings_.fallbackVersion});
    for (std::size_t i = 0; i < others.size() && i < settings_.others.size(); ++i) {
        auto* const update = others[i].answer ? std::get_if<source::Offer>(&others[i].answer.value()) : nullptr;
        if (update == nullptr) continue;
        const auto& app = settings_.others[i];
        std::string version;
        if (running != nullptr)
            for (const auto& known : running->apps)
                if (known.id == app.id) version = known.version;
        judge(reading, *update, app.name, {app.id, update->version, {}, version});
    }
    reading.publication.digest = verify::sha256Of(print(reading.publication.papers));
    return std::move(reading.publication);
}

// One by one, until there is none.
void Publications::followKeys(Reading& reading, const source::Offer& offer) const
{
    auto& lists = reading.publication.papers.keyLists;
    std::vector<std::string> remarks;
    reading.memory = verify::followed(reading.memory, settings_.keys, {}, clock_.wall(), remarks);
    for (int i = 0; i < MostLists; ++i) {
        const int known = verify::believedOf(reading.memory, settings_.keys, clock_.wall()).version;
        bool isFollowed = false;
        for (const auto& url : offer.packages.front().urls) {
            const auto text = get(keyListUrl(url, known + 1));
            if (!text) continue;
            remarks.clear();
            reading.memory = verify::followed(reading.memory, settings_.keys, {*text}, clock_.wall(), remarks);
            isFollowed = remarks.empty();
            if (isFollowed) lists.push_back(*text);
            if (isFollowed) break;
            log_.warning(escaped(keyListUrl(url, known + 1)) + ": " + remarks.front());
        }
        if (!isFollowed) return;
    }
}

// Of several addresses the first whose statement is believed: a mirror that lies costs one request.
std::string Publications::statementOf(const Reading& reading, const source::Offer& offer,
                                      const verify::Offered& known) const
{
    if (!offer.statement.empty()) return offer.statement;
    std::string first;
    for (const auto& url : offer.packages.front().urls) {
        auto text = get(statementUrl(url));
        if (!text) continue;
        if (verify::judge(reading.memory, terms(), known, *text).statement) return *std::move(text);
        if (first.empty()) first = *std::move(text);
    }
    return first;
}

void Publications::judge(Reading& reading, source::Offer& offer, const std::string& name,
                         const verify::Offered& known) const
{
    auto offered = known;
    const auto text = statementOf(reading, offer, known);
    if (!text.empty()) reading.publication.papers.statements[name] = text;
    const auto statement = verify::judge(reading.memory, terms(), offered, text).statement;
    if (statement) complete(offer, *statement);
    offered.packages = packagesOf(offer);
    const auto ruling = verify::judge(reading.memory, terms(), offered, text);
    reading.memory = ruling.memory;
    if (ruling.refusal && !reading.publication.refusal)
        reading.publication.refusal = (name.empty() ? "" : name + ": ") + ruling.refusal->detail;
}

std::optional<std::string> Publications::get(const std::string& address) const
{
    const auto url = transport::parseUrl(address);
    if (!url) return std::nullopt;
    IntoText into;
    if (const auto got = transport_.get(*url, {}, into); !got) {
        log_.debug("no " + shown(*url) + ": " + got.error().detail);
        return std::nullopt;
    }
    if (isUtf8(into.text)) return std::move(into.text);
    return std::nullopt; // No JSON, whatever it is.
}

} // namespace baton::agent
