#include "client/fetch/Addresses.h"

#include <algorithm>

namespace baton::fetch {

Addresses::Addresses(std::size_t count, std::vector<int> failures, const Patience& patience)
    : failures_(std::move(failures)),
      patience_(patience)
{
    failures_.resize(count);
}

std::optional<Addresses::Next> Addresses::next() const
{
    if (const auto index = usableFrom(at_)) return Next{*index, isRest_ ? pauseFor(*index) : Duration(0)};
    if (const auto index = usableFrom(0)) return Next{*index, pauseFor(*index)};
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

std::optional<std::size_t> Addresses::usableFrom(std::size_t index) const
{
    for (; index < failures_.size(); ++index)
        if (failures_[index] < patience_.failures) return index;
    return std::nullopt;
}

} // namespace baton::fetch
