#include "server-mock/Statements.h"

#include "client/verify/Envelope.h"
#include "client/verify/Statement.h"

#include <chrono>

namespace baton::mock {

std::string signedStatement(const Release& release, const std::vector<verify::PrivateKey>& keys, WallTime now)
{
    verify::Statement statement;
    statement.appId = release.appid;
    statement.version = release.version;
    if (!release.track.empty()) statement.tracks = {release.track};
    for (const auto& package : release.packages)
        statement.packages.push_back({package.name, package.payload->sizeBytes(), package.payload->sha256()});
    statement.issued = std::chrono::floor<std::chrono::seconds>(now);
    statement.expires = statement.issued + std::chrono::hours(30 * 24);
    verify::Envelope envelope{std::string(verify::InTotoType), print(statement), {}};
    const auto message = verify::preAuthEncoding(envelope.payloadType, envelope.payload);
    for (const auto& key : keys) envelope.signatures.push_back({key.publicKey().id(), key.sign(message)});
    return print(envelope);
}

void Beside::put(const std::string& appid, const std::string& version, const std::string& name, std::string bytes)
{
    const std::lock_guard lock(mutex_);
    files_[{appKey(appid), version, name}] = std::move(bytes);
}

std::optional<std::string> Beside::find(const std::string& appid, const std::string& version,
                                        const std::string& name) const
{
    const std::lock_guard lock(mutex_);
    const auto found = files_.find({appKey(appid), version, name});
    return found == files_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace baton::mock
