// The worked pairs of docs/protocol.md are what they say.
#include "protocol/Codec.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace baton::protocol {
namespace {

// The fenced blocks of the page, by what stands behind the fence: "xml request".
std::map<std::string, std::vector<std::string>> blocks()
{
    const std::string fence = "```";
    std::ifstream page(PROTOCOL_PAGE);
    EXPECT_TRUE(page) << PROTOCOL_PAGE;
    std::map<std::string, std::vector<std::string>> found;
    std::vector<std::string>* open = nullptr;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with(fence)) {
            open = open == nullptr ? &found[line.substr(fence.size())] : nullptr;
            if (open != nullptr) open->emplace_back();
        } else if (open != nullptr) {
            open->back() += line + '\n';
        }
    }
    return found;
}

TEST(Documentation, HasAPairForEachDialectAndEachDecodes)
{
    auto found = blocks();

    EXPECT_EQ(found.size(), 5U);
    for (const auto* form : {"xml", "json"}) {
        const auto& requests = found[std::string(form) + " request"];
        const auto& responses = found[std::string(form) + " response"];
        EXPECT_EQ(requests.size(), 2U);
        EXPECT_EQ(responses.size(), 2U);
        for (const auto& text : requests) {
            const auto request = decodeRequest(text);
            EXPECT_EQ(request.apps.size(), 1U) << text;
            EXPECT_EQ(decodeRequest(encode(request, formOf(text, request.protocol))), request);
        }
        for (const auto& text : responses) {
            const auto response = decodeResponse(text);
            EXPECT_EQ(response.apps.size(), 1U) << text;
            EXPECT_EQ(decodeResponse(encode(response, formOf(text, response.protocol))), response);
        }
    }
}

TEST(Documentation, ShowsTheCanonicalFormOfTheResponseBeforeIt)
{
    auto found = blocks();

    ASSERT_EQ(found["json canonical"].size(), 1U);
    const auto response = decodeResponse(found["xml response"].at(0));
    EXPECT_EQ(encode(response, Form::Canonical), found["json canonical"].at(0));
}

} // namespace
} // namespace baton::protocol
