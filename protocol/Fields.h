// Which attribute is which member: the form of the tables in RequestFields.h and ResponseFields.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>

namespace baton::protocol {

inline constexpr std::int64_t Int32Most = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t Int64Least = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t Int64Most = std::numeric_limits<std::int64_t>::max();

/// What a text becomes that is no number or flag of the range: an error, or as if it had not been said.
enum class Unreadable { Refused, NotSaid };

/// How XML writes a flag.
enum class FlagForm { Word, Digit };

template <typename Owner>
using Member = std::variant<std::string Owner::*, std::optional<std::string> Owner::*,
                            std::optional<std::int64_t> Owner::*, std::optional<bool> Owner::*>;

template <typename Owner>
struct Field {
    const char* name; ///< one that begins with `@` is JSON's alone
    Member<Owner> member;
    Unreadable unreadable = Unreadable::Refused;
    std::int64_t least = Int64Least; ///< of a number
    std::int64_t most = Int64Most;
    FlagForm flagForm = FlagForm::Word;
    const char* alias = nullptr; ///< another name that is read, and never written
};

template <typename Owner>
constexpr Field<Owner> also(Field<Owner> field, const char* alias)
{
    field.alias = alias;
    return field;
}

} // namespace baton::protocol
