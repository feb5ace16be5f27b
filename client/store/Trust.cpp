#include "client/store/Trust.h"

#include "client/store/Json.h"

namespace baton::store {
namespace {

constexpr std::size_t MostPapers = 128;

} // namespace

std::string print(const Learned& learned)
{
    const Json document{{"format", 1},
                        {"memory", learned.trust.memory},
                        {"issued", learned.trust.issued},
                        {"expires", learned.trust.expires},
                        {"ifCommitted", learned.ifCommitted},
                        {"papers", learned.papers},
                        {"refused", learned.refused}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Learned parseLearned(const std::string& bytes)
{
    const auto document = parseObject(bytes, "releases/.new-trust");
    return {{text(document, "memory"), text(document, "issued"), text(document, "expires")},
            text(document, "ifCommitted"),
            text(document, "papers"),
            flag(document, "refused")};
}

std::string print(const Papers& papers)
{
    Json document{{"format", 1}, {"statements", Json::object()}, {"keyLists", papers.keyLists}};
    for (const auto& [app, statement] : papers.statements) document["statements"][app] = statement;
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Papers parsePapers(const std::string& bytes)
{
    const auto document = parseObject(bytes, "downloads/papers.json");
    Papers papers;
    const auto& statements = member(document, "statements");
    const auto& lists = member(document, "keyLists");
    if (!statements.is_object() || !lists.is_array() || statements.size() + lists.size() > MostPapers)
        throw std::runtime_error("downloads/papers.json is damaged: these are no papers");
    for (const auto& [app, statement] : statements.items()) papers.statements[app] = text(statements, app.c_str());
    for (const auto& list : lists) {
        if (!list.is_string()) throw std::runtime_error("downloads/papers.json is damaged: a list of keys is no text");
        papers.keyLists.push_back(list.get<std::string>());
    }
    return papers;
}

} // namespace baton::store
