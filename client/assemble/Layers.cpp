#include "client/assemble/Layers.h"

#include "client/assemble/UsageError.h"
#include "client/assemble/ValueCheck.h"
#include "client/core/Text.h"
#include "client/os/ListenAddress.h"

#include <utility>

namespace baton::assemble {
namespace {

void checkValue(const Option& option, const std::string& text, const std::string& origin)
{
    const auto fault = faultOf(option, text);
    if (fault.empty()) return;
    const bool saysExample = option.example.empty() || fault.find("for example") != std::string::npos;
    throw UsageError(escaped(origin) + ": \"" + escaped(text) + "\" " + fault +
                     (saysExample ? "" : "; for example " + std::string(option.example)));
}

std::vector<std::string> partsOf(const Option& option, const std::string& text)
{
    if (option.kind == ValueKind::Listen) return os::splitListeners(text);
    // A window may have commas: Sat,Sun 02:00-05:00.
    const char separator = option.kind == ValueKind::Window ? ';' : ',';
    std::vector<std::string> parts;
    for (auto part : split(text, separator)) {
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        parts.emplace_back(part);
    }
    return parts;
}

} // namespace

void refuseUnknown(std::string_view name, const std::string& origin)
{
    const auto nearest = nearestOption(name);
    throw UsageError("there is no option " + escaped(origin) +
                     (nearest.empty() ? "; --help lists all" : "; did you mean --" + std::string(nearest) + "?"));
}

void refuseUnknownKey(std::string_view key, const std::string& origin)
{
    const auto nearest = nearestOption(key);
    refuseKey(key, origin, {&nearest, nearest.empty() ? 0U : 1U}, "baton run --help");
}

void refuseKey(std::string_view key, const std::string& origin, std::span<const std::string_view> known,
               std::string_view help)
{
    const auto nearest = nearestWord(key, known);
    throw UsageError(escaped(origin) + " is no option; " +
                     (nearest.empty() ? "take it out: " + std::string(help) + " lists what there is"
                                      : "did you mean " + std::string(nearest) + "? Correct the key, or take it out"));
}

void add(Layer& layer, const Option& option, std::string text, const std::string& origin)
{
    checkValue(option, text, origin);
    auto& values = layer[std::string(option.name)];
    if (!values.empty() && !option.repeatable)
        throw UsageError(escaped(origin) + " is given twice, as " + escaped(values.back().text) + " and " +
                         escaped(text) + "; once is enough");
    values.push_back({std::move(text), origin});
}

void addList(Layer& layer, const Option& option, const std::string& text, const std::string& origin)
{
    if (!option.repeatable) return add(layer, option, text, origin);
    for (auto& part : partsOf(option, text)) add(layer, option, std::move(part), origin);
}

} // namespace baton::assemble
