// A document of any form as a bounded tree: an element has scalar attributes and child elements.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Extra.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace baton::protocol {

// What a document may be at most; no message of Omaha's comes near.
inline constexpr std::size_t LongestDocument = 512 * 1024;
inline constexpr std::size_t MostElements = 1'000;
inline constexpr std::size_t MostAttributes = 8'000;
inline constexpr std::size_t MostAttributesEach = 64;

/// In XML an attribute, in JSON a member that is neither object nor list.
struct Attribute {
    std::string name;
    std::string value;
    Kind kind = Kind::Text;
};

/// In JSON an object; the objects of a list are children of one name.
struct Element {
    std::string name;
    std::vector<Attribute> attributes;
    std::vector<Element> children;
    std::string text; ///< between the tags, of `data` and `metadata` alone; in JSON `#text`, or a list's scalar

    /// Null when it is not there.
    const std::string* attribute(std::string_view key) const;
    /// Null when it is not there.  @throws DecodeError when there are several.
    const Element* only(std::string_view child) const;
    std::vector<const Element*> all(std::string_view child) const;

    /// Adds an attribute unless the value is empty.
    void say(std::string key, std::string value, Kind kind = Kind::Text);
    Element& add(std::string child);
};

/// What came from a document, as it may stand in an error: printable and short.
std::string printable(std::string_view text);

} // namespace baton::protocol
