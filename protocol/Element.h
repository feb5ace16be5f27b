// An XML document as a bounded tree: what is too large, too deep or clever is refused while it is read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::protocol {

inline constexpr std::size_t LongestDocument = 512 * 1024;

struct Element {
    std::string name;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<Element> children;

    /// Null when it is not there.
    const std::string* attribute(std::string_view key) const;
    /// Null when it is not there.  @throws DecodeError when there are several.
    const Element* only(std::string_view child) const;
    std::vector<const Element*> all(std::string_view child) const;

    /// Adds an attribute unless the value is empty.
    void say(std::string key, std::string value);
    Element& add(std::string child);
};

/// At most 512 KiB, 16 levels, 10,000 elements, 64 attributes each; UTF-8, no DOCTYPE. Elements and attributes with a
/// prefix are left out, as unknown ones; text between elements too.  @throws DecodeError
Element readXml(std::string_view text);

/// With the XML declaration, escaped; bytes that XML cannot hold become '?'.
std::string writeXml(const Element& root);

} // namespace baton::protocol
