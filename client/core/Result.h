// A value or the reason why there is none: stands in for std::expected, which is C++23.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Failure.h"

#include <utility>
#include <variant>

namespace baton {

/// Of the shape of std::expected<T, Failure>. Asking for what is not there throws std::bad_variant_access.
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Failure failure) : held_(std::in_place_index<1>, std::move(failure)) {}

    bool has_value() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    const T& value() const& { return std::get<0>(held_); }
    T& value() & { return std::get<0>(held_); }
    T&& value() && { return std::get<0>(std::move(held_)); }
    const T& operator*() const& { return value(); }
    const T* operator->() const { return &value(); }
    const Failure& error() const { return std::get<1>(held_); }

private:
    std::variant<T, Failure> held_;
};

/// Success says nothing more: `Result<Done>`.
struct Done {
    friend bool operator==(const Done&, const Done&) = default;
};

} // namespace baton
