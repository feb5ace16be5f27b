// The tables of fields as attributes of an element.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Attributes.h"
#include "protocol/DecodeError.h"
#include "protocol/Fields.h"

#include <string>

namespace baton::protocol {

inline std::string attributeText(const std::string& text, FlagForm) { return text; }

inline std::string attributeText(const std::optional<std::int64_t>& number, FlagForm)
{
    return number ? std::to_string(*number) : std::string();
}

inline std::string attributeText(const std::optional<bool>& flag, FlagForm form)
{
    if (!flag) return {};
    if (form == FlagForm::Digit) return *flag ? "1" : "0";
    return *flag ? "true" : "false";
}

/// Adds what is said.
template <typename Owner, std::size_t Count>
void encodeFields(Element& element, const Owner& owner, const std::array<Field<Owner>, Count>& fields)
{
    for (const auto& field : fields)
        std::visit([&](auto member) { element.say(field.name, attributeText(owner.*member, field.flagForm)); },
                   field.member);
}

template <typename Owner>
void decodeField(const Element& element, Owner& owner, const Field<Owner>& field)
try {
    if (const auto* text = std::get_if<std::string Owner::*>(&field.member))
        owner.** text = textOf(element, field.name);
    else if (const auto* number = std::get_if<std::optional<std::int64_t> Owner::*>(&field.member))
        owner.** number = numberOf(element, field.name, field.least, field.most);
    else if (const auto* flag = std::get_if<std::optional<bool> Owner::*>(&field.member))
        owner.** flag = flagOf(element, field.name);
} catch (const DecodeError&) {
    if (field.unreadable == Unreadable::Refused) throw;
}

/// @throws DecodeError for what cannot be read and may not be left out
template <typename Owner, std::size_t Count>
void decodeFields(const Element& element, Owner& owner, const std::array<Field<Owner>, Count>& fields)
{
    for (const auto& field : fields) decodeField(element, owner, field);
}

} // namespace baton::protocol
