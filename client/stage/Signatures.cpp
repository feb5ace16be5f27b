#include "client/stage/Signatures.h"

#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/stage/Downloads.h"
#include "client/stage/Refusal.h"
#include "client/verify/Judge.h"
#include "client/verify/Sha256.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace baton::stage {
namespace {

std::vector<verify::SignedPackage> packagesOf(const store::Attempt& attempt, const std::string& app)
{
    std::vector<verify::SignedPackage> packages;
    for (const auto& package : attempt.packages)
        if (package.app == app) packages.push_back({package.name, package.sizeBytes, package.sha256});
    return packages;
}

// What the running release brings along: it was judged when it came, or the machine itself brought it.
bool isKept(const store::Attempt& attempt, const store::StoredApp& app, const std::optional<store::Release>& running)
{
    if (!running || std::find(running->apps.begin(), running->apps.end(), app) == running->apps.end()) return false;
    std::vector<verify::SignedPackage> before;
    for (const auto& package : running->packages)
        if (package.app == app.name) before.push_back({package.name, package.sizeBytes, package.sha256});
    return before == packagesOf(attempt, app.name);
}

std::string versionOf(const std::optional<store::Release>& running, const store::StoredApp& app)
{
    if (!running) return {};
    for (const auto& known : running->apps)
        if (known.name == app.name && known.id == app.id) return known.version;
    return {};
}

class Examination {
public:
    Examination(const store::Store& store, const store::Attempt& attempt, const Signing& signing)
        : store_(store),
          attempt_(attempt),
          signing_(signing),
          terms_{signing.keys, signing.track, verify::thisPlatform(), signing.now, signing.isNewer},
          state_(store.loadState().value_or(store::State()))
    {
        if (state_.current) running_ = store.loadRelease(*state_.current);
        if (state_.trust) learned_.trust = *state_.trust;
        if (!learned_.trust.memory.empty()) memory_ = verify::parseMemory(learned_.trust.memory);
    }

    std::vector<std::string> perform(Log& log)
    {
        const auto text = readDownload(store_, "papers.json", store::LongestPapers).value_or(std::string());
        learned_.papers = verify::sha256Of(text);
        try {
            readPapers(text, log);
            judgeAll();
        } catch (const Refusal&) {
            learned_.refused = true;
            save();
            throw;
        }
        save();
        return rulings_.front().signers;
    }

private:
    void readPapers(const std::string& text, Log& log)
    {
        try {
            if (!text.empty()) papers_ = store::parsePapers(text);
        } catch (const std::runtime_error& error) {
            // The agent does not write such a thing: somebody else has.
            throw Refusal(error.what(), code::VerificationFailed);
        }
        std::vector<std::string> remarks;
        memory_ = verify::followed(memory_, signing_.keys, papers_.keyLists, signing_.now, remarks);
        for (const auto& remark : remarks) log.warning(remark);
    }

    void judgeAll()
    {
        const auto running = state_.current ? state_.current->version : std::string();
        judge("", {signing_.appId, attempt_.key.version, packagesOf(attempt_, ""), running});
        for (const auto& one : attempt_.apps) {
            const auto& app = one.app;
            // Which app lies where is the owner's word, and not the agent's.
            const auto known = std::find(signing_.others.begin(), signing_.others.end(), std::pair(app.name, app.id));
            if (known == signing_.others.end())
                throw Refusal("nobody here asked for the app " + escaped(app.id) + " in " + app.name + '/',
                              code::VerificationFailed);
            if (isKept(attempt_, app, running_)) continue;
            judge(app.name, {app.id, app.version, packagesOf(attempt_, app.name), versionOf(running_, app)});
        }
        for (const auto& package : attempt_.packages)
            if (!package.app.empty() && std::none_of(attempt_.apps.begin(), attempt_.apps.end(),
                                                     [&](const auto& one) { return one.app.name == package.app; }))
                throw Refusal(package.name + " belongs to no app that has a statement", code::VerificationFailed);
    }

    void judge(const std::string& app, const verify::Offered& offered)
    {
        const auto statement = papers_.statements.find(app);
        auto ruling = verify::judge(memory_, terms_, offered,
                                    statement == papers_.statements.end() ? std::string() : statement->second);
        memory_ = ruling.memory;
        if (ruling.statement && ruling.statement->appId == offered.appId && app.empty()) note(*ruling.statement);
        if (ruling.refusal)
            throw Refusal((app.empty() ? "" : app + ": ") + ruling.refusal->detail, ruling.refusal->code);
        rulings_.push_back(std::move(ruling));
    }

    // Times are compared as they are written.
    void note(const verify::Statement& statement)
    {
        const auto issued = printTimestamp(statement.issued);
        if (issued < learned_.trust.issued) return;
        learned_.trust.issued = issued;
        learned_.trust.expires = printTimestamp(statement.expires);
    }

    void save()
    {
        auto after = memory_;
        const auto believed = verify::believedOf(memory_, signing_.keys, signing_.now).keys;
        for (const auto& ruling : rulings_)
            after = verify::committed(after, *ruling.statement, ruling.signers, believed, signing_.isNewer);
        learned_.trust.memory = print(memory_);
        learned_.ifCommitted = print(after);
        store_.save(learned_);
    }

    const store::Store& store_;
    const store::Attempt& attempt_;
    const Signing& signing_;
    verify::Terms terms_;
    store::State state_;
    std::optional<store::Release> running_;
    store::Papers papers_;
    verify::Memory memory_;
    store::Learned learned_;
    std::vector<verify::Ruling> rulings_;
};

} // namespace

std::vector<std::string> demandSigned(const store::Store& store, const store::Attempt& attempt, const Signing& signing,
                                      Log& log)
{
    return Examination(store, attempt, signing).perform(log);
}

} // namespace baton::stage
