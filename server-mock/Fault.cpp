#include "server-mock/Fault.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

namespace baton::mock {
namespace {

using Json = nlohmann::json;

constexpr int MostRequests = 1'000'000;

struct OnWord {
    const char* word;
    On on;
};
constexpr std::array OnWords{OnWord{"check", On::Check}, OnWord{"package", On::Package}};

struct WhatWord {
    const char* word;
    What what;
    int least; ///< of `value`
    int most;
    const char* rule;
};
constexpr std::array WhatWords{
    WhatWord{"status", What::Status, 200, 599, "the value of a status is an HTTP status of 200 to 599"},
    WhatWord{"delay", What::Delay, 0, 3'600'000, "the value of a delay is 0 to 3600000 milliseconds"},
    WhatWord{"cut", What::Cut, 0, 2'147'483'647, "the value of a cut is a number of bytes, 0 to 2147483647"},
    WhatWord{"digest", What::Digest, 0, 2'147'483'647, "a digest's value is not negative"},
    WhatWord{"malformed", What::Malformed, 0, 2'147'483'647, "a malformed answer's value is not negative"},
    WhatWord{"proof", What::Proof, 0, 2'147'483'647, "a proof's value is not negative"}};

int numberOf(const Json& object, const char* key, int missing)
{
    const auto found = object.find(key);
    if (found == object.end()) return missing;
    if (!found->is_number_integer() || *found < INT32_MIN || *found > INT32_MAX)
        throw std::invalid_argument(std::string("\"") + key + "\" is no whole number");
    return found->get<int>();
}

template <typename Words>
auto wordOf(const Json& object, const char* key, const Words& words, const std::string& choice)
{
    const auto found = object.find(key);
    if (found != object.end() && found->is_string())
        for (const auto& row : words)
            if (found->template get<std::string>() == row.word) return row;
    throw std::invalid_argument(std::string("\"") + key + "\" is not one of " + choice);
}

void demandRanges(const Fault& fault)
{
    if (fault.next < 1 || fault.next > MostRequests)
        throw std::invalid_argument("\"next\" is not 1 to " + std::to_string(MostRequests));
    const auto row =
        std::find_if(WhatWords.begin(), WhatWords.end(), [&](const WhatWord& one) { return one.what == fault.what; });
    if (fault.value < row->least || fault.value > row->most) throw std::invalid_argument(row->rule);
}

} // namespace

Fault parseFault(std::string_view json)
{
    const auto object = Json::parse(json, nullptr, false);
    if (!object.is_object()) throw std::invalid_argument("a fault is a JSON object");
    Fault fault;
    fault.next = numberOf(object, "next", 1);
    fault.on = wordOf(object, "on", OnWords, "check, package").on;
    fault.what = wordOf(object, "what", WhatWords, "status, delay, cut, digest, malformed, proof").what;
    fault.value = numberOf(object, "value", 0);
    demandRanges(fault);
    return fault;
}

void FaultQueue::add(const Fault& fault)
{
    demandRanges(fault);
    const std::lock_guard lock(mutex_);
    faults_.push_back(fault);
}

void FaultQueue::clear()
{
    const std::lock_guard lock(mutex_);
    faults_.clear();
}

std::optional<Fault> FaultQueue::take(On on)
{
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(faults_.begin(), faults_.end(), [on](const Fault& one) { return one.on == on; });
    if (found == faults_.end()) return std::nullopt;
    const auto fault = *found;
    if (--found->next == 0) faults_.erase(found);
    return fault;
}

} // namespace baton::mock
