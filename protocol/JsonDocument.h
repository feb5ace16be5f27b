// JSON as the same bounded tree as XML's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Element.h"

#include <string>
#include <string_view>

namespace baton::protocol {

/// The member that is an element's text.
inline constexpr const char* JsonText = "#text";

/// One object with the one member `root`. At most 512 KiB, 24 levels, and as many objects and members as XML may have;
/// no key twice in one object. One `)]}'` and one byte order mark before it are left out. A list's plural name of 4.0
/// becomes the singular one; a number that is no integer keeps its text, and an object, a list or null whose name
/// begins with an underscore is an attribute of the kind Json.  @throws DecodeError
Element readJson(std::string_view text, std::string_view root);

enum class Names { Singular, Plural };
enum class Layout { Compact, Indented };

/// An object with the one member that is the tree's root. Bytes that are no UTF-8 become U+FFFD.
std::string writeJson(const Element& root, Names names, Layout layout);

} // namespace baton::protocol
