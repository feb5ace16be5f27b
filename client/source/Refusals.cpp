#include "client/source/Refusals.h"

#include "client/core/Text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace baton::source {
namespace {

// Nebraska's answer to what it cannot parse: 200 and nothing but the declaration.
bool isOnlyDeclaration(std::string_view body)
{
    if (body.starts_with("<?xml")) body.remove_prefix(std::min(body.find("?>"), body.size() - 2) + 2);
    return body.find_first_not_of(" \t\r\n") == body.npos;
}

struct StatusHint {
    int least;
    int most;
    std::string_view hint;
};

constexpr std::array StatusHints{
    StatusHint{400, 400, ": it does not take our request; try another --protocol, or a --cup-key that it has"},
    StatusHint{401, 401, ": it wants to know who asks; see --authorization-file"},
    StatusHint{403, 403, ": it does not let us in; see --authorization-file, --client-cert"},
    StatusHint{404, 405, ": Omaha is not there; check the path in --server"},
    StatusHint{429, 429, ": it is asked too often"},
    StatusHint{500, 599, ": it is in trouble; its own log says why"},
};

std::string sentenceOf(const transport::HttpReply& reply)
{
    auto sentence = "the server answers with HTTP status " + std::to_string(reply.status);
    for (const auto& hint : StatusHints)
        if (hint.least <= reply.status && reply.status <= hint.most) sentence += hint.hint;
    const auto after = reply.header("Retry-After");
    return after.empty() ? sentence : sentence + "; Retry-After: " + escaped(after, 64);
}

Failure invalid(int code, std::string detail) { return Failure{Category::UpdateCheck, code, std::move(detail)}; }

} // namespace

bool isPage(const transport::HttpReply& reply)
{
    std::string begin(reply.body.substr(0, 512));
    std::transform(begin.begin(), begin.end(), begin.begin(), [](unsigned char c) { return std::tolower(c); });
    return begin.find("<html") != std::string::npos || begin.find("<!doctype html") != std::string::npos;
}

Failure notOmaha(const transport::HttpReply& reply, const std::string& why)
{
    const auto location = reply.header("Location");
    if (reply.status / 100 == 3 && !location.empty())
        return invalid(code::HttpStatusBase + reply.status,
                       "the server points to " + escaped(location) +
                           "; of a request only 307 and 308 are followed: give that address to --server");
    if (reply.status / 100 != 2) return invalid(code::HttpStatusBase + reply.status, sentenceOf(reply));
    if (isOnlyDeclaration(reply.body))
        return invalid(code::EmptyAnswer, "the answer is empty: the server could not read our request");
    if (isPage(reply))
        return invalid(code::AnswerInvalid,
                       "the answer is an HTML page, not Omaha: a captive portal, or a wrong path in --server");
    return invalid(code::XmlInvalid, "the answer is not Omaha: " + why);
}

} // namespace baton::source
