#include "client/fetch/Addresses.h"

#include <algorithm>

namespace baton::fetch {

Addresses::Addresses(std::size_t count, std::vector<int> failures, const Patience& patience)
    : failures_(std::move(failures)),
      until_(count),
      patience_(patience)
{
    failures_.resize(count);
}

std::optional<Addresses::Next> Addresses::next(Instant now) const
{
    if (const auto index = usableFrom(at_, now)) return Next{*index, isRest_ ? pauseFor(*index) : Duration(0)};
    if (const auto index = usableFrom(0, now)) return Next{*index, pauseFor(*index)};
    if (usableFrom(0, Instant::max())) return firstToComeBack(now);
    return std::nullopt;
}

void Addresses::brought(std::size_t index)
{
    failures_.at(index) = 0;
    at_ = index;
    isRest_ = true;
}

void Addresses::failed(std::size_t index, Fault fault)
{
    auto& count = failures_.at(index);
    count = fault == Fault::Lasting ? std::max(count, patience_.failures) : count + 1;
    at_ = index + 1;
    isRest_ = false;
}

Duration Addresses::pauseFor(std::size_t index) const
{
    auto pause = patience_.firstPause;
    for (int i = 0; i < failures_[index] && pause < patience_.longestPause; ++i) pause *= 2;
    return std::min(pause, patience_.longestPause);
}

std::optional<std::size_t> Addresses::usableFrom(std::size_t index, Instant now) const
{
    for (; index < failures_.size(); ++index)
        if (failures_[index] < patience_.failures && until_[index] <= now) return index;
    return std::nullopt;
}

// All that are left are away.
Addresses::Next Addresses::firstToComeBack(Instant now) const
{
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < failures_.size(); ++i)
        if (failures_[i] < patience_.failures && (!first || until_[i] < until_[*first])) first = i;
    return {*first, std::max(until_[*first] - now, pauseFor(*first))};
}

} // namespace baton::fetch
