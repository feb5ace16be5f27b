#include "client/doctor/Report.h"

#include "client/core/Text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace baton::doctor {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t Longest = 1000; // Parts of a sentence come from the disk.

std::string padded(std::string text, std::size_t width)
{
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

Json orNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

} // namespace

std::string_view name(Grade grade)
{
    static constexpr std::array<std::string_view, 3> Names{"fine", "weak", "broken"};
    return Names.at(static_cast<std::size_t>(grade));
}

std::string describe(const Findings& findings)
{
    std::string text;
    for (const auto& finding : findings) {
        text += padded(std::string(name(finding.grade)), 8);
        if (!finding.program.empty()) text += finding.program + ": ";
        text += finding.about + ": " + escaped(finding.sentence, Longest);
        if (!finding.remedy.empty()) text += ". To do: " + escaped(finding.remedy, Longest);
        text += '\n';
    }
    return text;
}

std::string print(const Findings& findings)
{
    Json document{{"broken", isAnyBroken(findings)}, {"findings", Json::array()}};
    for (const auto& finding : findings) {
        Json object{{"grade", name(finding.grade)},
                    {"about", finding.about},
                    {"finding", finding.sentence},
                    {"remedy", orNull(finding.remedy)}};
        if (!finding.program.empty()) object["program"] = finding.program;
        document["findings"].push_back(std::move(object));
    }
    return document.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace baton::doctor
