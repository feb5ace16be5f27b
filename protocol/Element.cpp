#include "protocol/Element.h"

#include "protocol/DecodeError.h"

#include <algorithm>

namespace baton::protocol {

const std::string* Element::attribute(std::string_view key) const
{
    for (const auto& one : attributes)
        if (one.name == key) return &one.value;
    return nullptr;
}

std::vector<const Element*> Element::all(std::string_view child) const
{
    std::vector<const Element*> found;
    for (const auto& one : children)
        if (one.name == child) found.push_back(&one);
    return found;
}

const Element* Element::only(std::string_view child) const
{
    const auto found = all(child);
    if (found.size() > 1) throw DecodeError("the element " + name + " has more than one " + std::string(child));
    return found.empty() ? nullptr : found.front();
}

void Element::say(std::string key, std::string value, Kind kind)
{
    if (!value.empty()) attributes.push_back({std::move(key), std::move(value), kind});
}

Element& Element::add(std::string child)
{
    children.push_back({std::move(child), {}, {}, {}});
    return children.back();
}

std::string printable(std::string_view text)
{
    std::string line(text.substr(0, 80));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    return line;
}

} // namespace baton::protocol
