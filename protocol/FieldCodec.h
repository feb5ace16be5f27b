// The tables of fields as attributes of an element, both ways.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Attributes.h"
#include "protocol/DecodeError.h"
#include "protocol/Fields.h"

#include <array>
#include <string>

namespace baton::protocol {

inline std::string attributeText(const std::optional<std::int64_t>& number)
{
    return number ? std::to_string(*number) : std::string();
}

inline std::string attributeText(const std::optional<bool>& flag, FlagForm form = FlagForm::Word)
{
    if (!flag) return {};
    if (form == FlagForm::Digit) return *flag ? "1" : "0";
    return *flag ? "true" : "false";
}

inline void encodeValue(Element& element, const char* name, const std::string& text, FlagForm)
{
    element.say(name, text);
}

inline void encodeValue(Element& element, const char* name, const std::optional<std::string>& text, FlagForm)
{
    if (text) element.attributes.push_back({name, *text, Kind::Text}); // Empty and not said are two things here.
}

inline void encodeValue(Element& element, const char* name, const std::optional<std::int64_t>& number, FlagForm)
{
    element.say(name, attributeText(number), Kind::Number);
}

inline void encodeValue(Element& element, const char* name, const std::optional<bool>& flag, FlagForm form)
{
    element.say(name, attributeText(flag, form), Kind::Flag);
}

/// Adds what is said, and the application's own.
template <typename Owner, std::size_t Count>
void encodeFields(Element& element, const Owner& owner, const std::array<Field<Owner>, Count>& fields)
{
    for (const auto& field : fields)
        std::visit([&](auto member) { encodeValue(element, field.name, owner.*member, field.flagForm); }, field.member);
    encodeExtras(element, owner.extras);
}

template <typename Owner>
void decodeAs(const Element& element, Owner& owner, const Field<Owner>& field, const char* name)
{
    if (const auto* text = std::get_if<std::string Owner::*>(&field.member))
        owner.** text = textOf(element, name);
    else if (const auto* maybe = std::get_if<std::optional<std::string> Owner::*>(&field.member))
        owner.** maybe = maybeTextOf(element, name);
    else if (const auto* number = std::get_if<std::optional<std::int64_t> Owner::*>(&field.member))
        owner.** number = numberOf(element, name, field.least, field.most);
    else if (const auto* flag = std::get_if<std::optional<bool> Owner::*>(&field.member))
        owner.** flag = flagOf(element, name);
}

template <typename Owner>
void decodeField(const Element& element, Owner& owner, const Field<Owner>& field)
try {
    const bool other = field.alias != nullptr && element.attribute(field.name) == nullptr;
    decodeAs(element, owner, field, other ? field.alias : field.name);
} catch (const DecodeError&) {
    if (field.unreadable == Unreadable::Refused) throw;
}

/// With the application's own attributes.  @throws DecodeError for what cannot be read and may not be left out
template <typename Owner, std::size_t Count>
void decodeFields(const Element& element, Owner& owner, const std::array<Field<Owner>, Count>& fields)
{
    for (const auto& field : fields) decodeField(element, owner, field);
    owner.extras = extrasOf(element);
}

} // namespace baton::protocol
