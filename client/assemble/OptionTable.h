// Every option that Baton has, as data: what it is called, what it takes, which commands take it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace baton::assemble {

/// What a value must be; ValueCheck.h holds texts against it.
enum class ValueKind {
    Flag,
    Text,
    Version,
    Duration,
    Rate,
    Size,
    Url,
    Path,
    Listen,
    Choice,
    Ready,
    Health,
    ListenName,
    Signal,
    OnSignal,
    Define,
    OtherApp,
    Window,
    Until,
    ProgramName,
    Metrics
};

/// The commands, as bits, so that one option names all that take it.
enum Command : unsigned {
    Run = 1U << 0U,
    Check = 1U << 1U,
    Status = 1U << 2U,
    History = 1U << 3U,
    Update = 1U << 4U,
    Decode = 1U << 5U,
    Approve = 1U << 6U,
    HoldBack = 1U << 7U,
    Resume = 1U << 8U,
    Reload = 1U << 9U,
    Rollback = 1U << 10U,
    Restart = 1U << 11U,
    Diff = 1U << 12U,
    Patch = 1U << 13U,
    Section = 1U << 14U, ///< no command: an option of it alone stands in a program's section of a configuration file
    Keygen = 1U << 15U,
    Sign = 1U << 16U,
    Verify = 1U << 17U,
    UpgradeSelf = 1U << 18U,
    Doctor = 1U << 19U ///< takes the options of Run as well
};

/// Which page of --help shows an option; the words are those of topicName().
enum class Topic { Main, Handoff, Network, Service, Programs };

struct Option {
    std::string_view name; ///< without the dashes; also the key in a configuration file
    ValueKind kind;
    std::string_view placeholder; ///< for --help; of a Choice all its words: "text|json"
    std::string_view otherwise;   ///< the value that holds when nobody says one; empty: none
    std::string_view example;     ///< a whole value that is right, for messages
    std::string_view help;
    unsigned commands;
    bool repeatable = false;
    Topic topic = Topic::Main;
};

std::span<const Option> optionTable();

/// Nothing if there is no option of that name.
const Option* findOption(std::string_view name);

/// "network": what stands behind --help to see that page; empty for the main one.
std::string_view topicName(Topic topic);

/// "BATON_APP_ID" for app-id.
std::string environmentName(const Option& option);

/// The one of `words` that is nearest to `name`, if one is near enough to be meant; else empty.
std::string_view nearestWord(std::string_view name, std::span<const std::string_view> words);

/// The name in the table that is nearest to `name`, if one is near enough to be meant; else empty.
std::string_view nearestOption(std::string_view name);

} // namespace baton::assemble
