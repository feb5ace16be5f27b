#include "client/schedule/Random.h"

#include <algorithm>
#include <random>

namespace baton::schedule {

Duration SystemRandom::upTo(Duration limit)
{
    std::random_device device; // Asked once an hour: no generator is worth its state.
    return Duration(std::uniform_int_distribution<Duration::rep>(0, std::max<Duration::rep>(limit.count(), 0))(device));
}

} // namespace baton::schedule
