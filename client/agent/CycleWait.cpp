#include "client/agent/Cycle.h"

#include <algorithm>

namespace baton::agent {

using control::AgentNews;
using store::AttemptStage;

std::optional<Bar> Cycle::barToFetching() const
{
    return agent::barToFetching(settings_, ledger_.state(), *ledger_.attempt(), doors_.clock.wall());
}

std::optional<Bar> Cycle::barToHandOff() const
{
    return agent::barToHandOff(settings_, ledger_.state(), *ledger_.attempt(), doors_.clock.wall());
}

// Whether the attempt stands still, because all of it is there or because no download may be now.
bool Cycle::isWaiting() const
{
    const auto& attempt = ledger_.attempt();
    return attempt && (attempt->stage == AttemptStage::Waiting || bar_);
}

// All who wait for one window would report to the server in its first moment: each begins at another one of its first
// half. What becomes ready while it is open goes at once.
void Cycle::waitFor(const Bar& bar)
{
    const bool known = bar_ == bar && goOnAt_.has_value() == bar.until.has_value();
    bar_ = bar;
    if (!known) {
        goOnAt_ = bar.until;
        if (bar.opening)
            *goOnAt_ += doors_.random.upTo(std::min(settings_.jitter, (bar.opening->to - bar.opening->from) / 2));
        doors_.log.info(ledger_.attempt()->key.version + " waits: " + bar.why);
    }
    tellProgress(ledger_.attempt()->stage == AttemptStage::Waiting ? ledger_.attempt()->sizeBytes() : fetched_);
    AgentNews news;
    news.kind = AgentNews::Kind::Waits;
    news.time = goOnAt_ ? secondsOf(*goOnAt_) : 0;
    news.detail = bar.why;
    doors_.wire.tell(news);
}

void Cycle::stopWaiting()
{
    bar_.reset();
    goOnAt_.reset();
}

// A download that stopped because its window closed goes on with the next one.
void Cycle::goOnIfBarred()
{
    if (const auto bar = barToFetching(); bar && !gone_) waitFor(*bar);
}

// The server must hear that it came to nothing, or it counts us as updating for good.
void Cycle::abandon(const std::string& why)
{
    answered();
    doors_.log.warning(why + "; it is not installed");
    tellChecked("update", why);
    tellFailed({Category::Download, code::DeferredByPolicy, why + " while it waited"});
}

} // namespace baton::agent
