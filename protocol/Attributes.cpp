#include "protocol/Attributes.h"

#include "protocol/DecodeError.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

namespace baton::protocol {
namespace {

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

// An app's id is the same with and without braces.
std::string bare(const std::string& id)
{
    return id.size() >= 2 && id.front() == '{' && id.back() == '}' ? id.substr(1, id.size() - 2) : id;
}

} // namespace

void refuse(const Element& element, const char* attribute, const std::string& why)
{
    throw DecodeError("the element " + element.name + ", attribute " + attribute + ": " + why);
}

std::string textOf(const Element& element, const char* attribute)
{
    const auto* const value = element.attribute(attribute);
    return value ? *value : std::string();
}

std::optional<std::string> maybeTextOf(const Element& element, const char* attribute)
{
    const auto* const value = element.attribute(attribute);
    return value ? std::optional(*value) : std::nullopt;
}

std::string demandText(const Element& element, const char* attribute)
{
    auto text = textOf(element, attribute);
    if (text.empty()) refuse(element, attribute, "is missing or empty");
    return text;
}

std::optional<std::int64_t> numberOf(const Element& element, const char* attribute, std::int64_t least,
                                     std::int64_t most)
{
    const auto* const text = element.attribute(attribute);
    if (text == nullptr) return std::nullopt;
    std::int64_t number = 0;
    const auto* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, number);
    if (error != std::errc() || stop != end || number < least || number > most)
        refuse(element, attribute, "is no number of " + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

std::optional<bool> flagOf(const Element& element, const char* attribute)
{
    const auto word = lower(textOf(element, attribute));
    if (word.empty()) return std::nullopt;
    if (word == "true" || word == "1") return true;
    if (word == "false" || word == "0") return false;
    refuse(element, attribute, "is neither true nor false");
}

std::vector<const Element*> demandEachOnce(std::vector<const Element*> elements, const char* attribute)
{
    if (elements.size() > MostApps) throw DecodeError("the document has more than 256 " + elements.front()->name + 's');
    std::set<std::string> seen;
    for (const auto* element : elements)
        if (const auto text = textOf(*element, attribute); !text.empty() && !seen.insert(lower(bare(text))).second)
            refuse(*element, attribute, "is there twice");
    return elements;
}

Extras extrasOf(const Element& element)
{
    Extras extras;
    for (const auto& one : element.attributes)
        if (one.name.starts_with('_')) extras.push_back({one.name, one.value, one.kind});
    return extras;
}

void encodeExtras(Element& element, const Extras& extras)
{
    for (const auto& extra : extras) element.attributes.push_back({extra.name, extra.value, extra.kind});
}

std::string fingerprintOf(const Element& element, const char* name)
{
    const auto* const wrapped = element.only(name);
    return wrapped != nullptr ? textOf(*wrapped, "fingerprint") : textOf(element, name);
}

bool isWord(std::string_view text, std::string_view word)
{
    return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

} // namespace baton::protocol
