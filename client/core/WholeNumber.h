// Whole numbers out of JSON: what is none, or does not fit, is refused with its name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace baton {

/// A library's own conversion takes 1e30 for an int, and that is undefined.
/// @throws std::runtime_error "NAME is no whole number" or "NAME is out of range", for what is not in [least, most].
template <typename Json>
std::int64_t wholeNumber(const Json& value, const std::string& name,
                         std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                         std::int64_t most = std::numeric_limits<std::int64_t>::max())
{
    if (!value.is_number_integer()) throw std::runtime_error(name + " is no whole number");
    const bool tooLarge = value.is_number_unsigned() &&
                          value.template get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    const auto number = tooLarge ? std::int64_t{0} : value.template get<std::int64_t>();
    if (tooLarge || number < least || number > most) throw std::runtime_error(name + " is out of range");
    return number;
}

/// The member of that name, in the range of an int.
template <typename Json>
int smallNumberOf(const Json& object, const char* name)
{
    return static_cast<int>(
        wholeNumber(object.at(name), name, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

} // namespace baton
