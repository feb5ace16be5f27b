// What each option was resolved to, and where that was said.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <map>
#include <string>
#include <vector>

namespace baton::assemble {

struct Value {
    std::string text;
    std::string origin; ///< for messages: "--interval", "BATON_INTERVAL", "web.properties: interval", "default"

    friend bool operator==(const Value&, const Value&) = default;
};

/// Every value in it was held against its option. Asking for one of another kind is a mistake of ours.
class Values {
public:
    void set(const std::string& name, std::vector<Value> values) { held_[name] = std::move(values); }

    /// Whether it was said anywhere, or has a default.
    bool has(const std::string& name) const { return held_.count(name) != 0; }
    bool isOn(const std::string& flag) const { return text(flag) == "true"; }

    std::string text(const std::string& name) const; ///< empty if it was not said
    std::string origin(const std::string& name) const;
    std::vector<std::string> all(const std::string& name) const;

    /// @throws std::logic_error if it was not said.
    Duration duration(const std::string& name) const;

    const std::map<std::string, std::vector<Value>>& held() const { return held_; }

    friend bool operator==(const Values&, const Values&) = default;

private:
    std::map<std::string, std::vector<Value>> held_;
};

} // namespace baton::assemble
