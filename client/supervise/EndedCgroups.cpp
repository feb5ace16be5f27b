#include "client/supervise/EndedCgroups.h"

#include <algorithm>

namespace baton::supervise {

void EndedCgroups::add(const os::KnownCgroup& cgroup)
{
    os::killCgroup(cgroup);
    ended_.push_back(cgroup);
    pause_ = ShortestPause;
    sweep();
}

// A process that was killed is in it until somebody has looked at its end.
void EndedCgroups::sweep()
{
    again_.reset();
    std::erase_if(ended_, os::removeCgroup);
    if (ended_.empty()) return;
    again_ = loop_.after(pause_, [this] { sweep(); });
    pause_ = std::min(pause_ * 2, LongestPause);
}

} // namespace baton::supervise
