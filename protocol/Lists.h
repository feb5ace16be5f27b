// Which children of which element are a list in JSON, and what 4.0 calls them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace baton::protocol {

struct ListRule {
    std::string_view parent;
    std::string_view child;
    std::string_view plural; ///< in 4.0
    bool always = false;     ///< an empty one is written, too
};

inline constexpr std::array Lists{
    ListRule{"request", "app", "apps", true},
    ListRule{"request", "updater", "updaters"},
    ListRule{"response", "app", "apps", true},
    ListRule{"app", "event", "events"},
    ListRule{"app", "data", "data"},
    ListRule{"app", "disabled", "disabled"},
    ListRule{"app", "cached_items", "cached_items"},
    ListRule{"app", "cached_fingerprints", "cached_fingerprints"},
    ListRule{"urls", "url", "url", true},
    ListRule{"packages", "package", "package", true},
    ListRule{"actions", "action", "action", true},
    ListRule{"updatecheck", "pipelines", "pipelines"},
    ListRule{"pipelines", "operations", "operations", true},
    ListRule{"operations", "urls", "urls"},
};

/// Null when the child is no list.
constexpr const ListRule* listRule(std::string_view parent, std::string_view child)
{
    for (const auto& rule : Lists)
        if (rule.parent == parent && rule.child == child) return &rule;
    return nullptr;
}

} // namespace baton::protocol
