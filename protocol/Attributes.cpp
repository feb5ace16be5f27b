#include "protocol/Attributes.h"

#include "protocol/DecodeError.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace baton::protocol {

void refuse(const Element& element, const char* attribute, const std::string& why)
{
    throw DecodeError("the element " + element.name + ", attribute " + attribute + ": " + why);
}

std::string textOf(const Element& element, const char* attribute)
{
    const auto* const value = element.attribute(attribute);
    return value ? *value : std::string();
}

std::string demandText(const Element& element, const char* attribute)
{
    auto text = textOf(element, attribute);
    if (text.empty()) refuse(element, attribute, "is missing or empty");
    return text;
}

std::int64_t numberOf(const Element& element, const char* attribute, std::int64_t least, std::int64_t most,
                      std::int64_t missing)
{
    const auto* const text = element.attribute(attribute);
    if (text == nullptr) return missing;
    std::int64_t number = 0;
    const auto* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, number);
    if (error != std::errc() || stop != end || number < least || number > most)
        refuse(element, attribute, "is no number of " + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

bool flagOf(const Element& element, const char* attribute, bool missing)
{
    auto word = textOf(element, attribute);
    if (word.empty()) return missing;
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    if (word == "true" || word == "1") return true;
    if (word == "false" || word == "0") return false;
    refuse(element, attribute, "is neither true nor false");
}

} // namespace baton::protocol
